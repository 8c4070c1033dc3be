/** Signs of places and actions, drawn on 20 by 20. */
export const iconShapes = {
  ai: (
    <>
      <path d="M8.5 4.5l1.3 3.7 3.7 1.3-3.7 1.3-1.3 3.7-1.3-3.7-3.7-1.3 3.7-1.3zM15 12.5l.7 1.8 1.8.7-1.8.7-.7 1.8-.7-1.8-1.8-.7 1.8-.7zM14.5 3v3M13 4.5h3" />
    </>
  ),
  reviews: (
    <>
      <path d="M3.5 5A1.5 1.5 0 0 1 5 3.5h10A1.5 1.5 0 0 1 16.5 5v7a1.5 1.5 0 0 1-1.5 1.5H9l-4 3v-3a1.5 1.5 0 0 1-1.5-1.5z" />
      <path d="M10 5.8l.9 1.8 2 .3-1.5 1.4.4 2-1.8-1-1.8 1 .4-2-1.5-1.4 2-.3z" />
    </>
  ),
  analytics: (
    <>
      <path d="M4 16.5v-5M8 16.5v-9M12 16.5v-6M16 16.5v-12" />
    </>
  ),
  back: (
    <>
      <path d="M16 10H4M9 5l-5 5 5 5" />
    </>
  ),
  book: (
    <>
      <path d="M4 4.5h4.5A1.5 1.5 0 0 1 10 6v10.5a1.5 1.5 0 0 0-1.5-1.5H4zM16 4.5h-4.5A1.5 1.5 0 0 0 10 6v10.5a1.5 1.5 0 0 1 1.5-1.5H16z" />
    </>
  ),
  campaigns: (
    <>
      <path d="M3.5 10h4l8-5v10l-8-5" />
      <path d="M7.5 10l1.5 5.5" />
    </>
  ),
  channels: (
    <>
      <circle cx="10" cy="10" r="1.6" />
      <path d="M6.6 13.4a4.8 4.8 0 0 1 0-6.8M13.4 6.6a4.8 4.8 0 0 1 0 6.8M4.3 15.7a8 8 0 0 1 0-11.4M15.7 4.3a8 8 0 0 1 0 11.4" />
    </>
  ),
  clip: (
    <>
      <path d="M14.8 9.2l-5.3 5.3a3.2 3.2 0 0 1-4.6-4.6l6-6a2.2 2.2 0 0 1 3.2 3.2l-5.7 5.6a1.1 1.1 0 0 1-1.6-1.6l5-5" />
    </>
  ),
  contacts: (
    <>
      <circle cx="10" cy="7" r="3.2" />
      <path d="M4 16.5c.6-3 3-4.5 6-4.5s5.4 1.5 6 4.5" />
    </>
  ),
  copy: (
    <>
      <rect x="7" y="7" width="9.5" height="9.5" rx="2" />
      <path d="M13 4.5V4a1.5 1.5 0 0 0-1.5-1.5H5A1.5 1.5 0 0 0 3.5 4v6.5A1.5 1.5 0 0 0 5 12" />
    </>
  ),
  curl: (
    <>
      <path d="M3.5 5.5l4.5 4.5-4.5 4.5M10 15h6.5" />
    </>
  ),
  doc: (
    <>
      <path d="M6 2.8h5.5l3.5 3.5v9.2a1.7 1.7 0 0 1-1.7 1.7H6a1.7 1.7 0 0 1-1.7-1.7v-11A1.7 1.7 0 0 1 6 2.8z" />
      <path d="M11.3 3v3.5h3.5" />
    </>
  ),
  dots: (
    <>
      <circle cx="4.5" cy="10" r="1" />
      <circle cx="10" cy="10" r="1" />
      <circle cx="15.5" cy="10" r="1" />
    </>
  ),
  download: (
    <>
      <path d="M10 3v9.5M6 9l4 4 4-4M4 16.5h12" />
    </>
  ),
  filter: (
    <>
      <path d="M3.5 5.5h13M6 10h8M8.5 14.5h3" />
    </>
  ),
  globe: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M3 10h14M10 3c4.5 4.5 4.5 9.5 0 14M10 3c-4.5 4.5-4.5 9.5 0 14" />
    </>
  ),
  groups: (
    <>
      <circle cx="7.5" cy="7.5" r="2.7" />
      <path d="M2.5 16c.4-2.7 2.3-4.2 5-4.2s4.6 1.5 5 4.2" />
      <path d="M12.3 5a2.7 2.7 0 1 1 .7 5M14.5 12.3c1.7.5 2.7 1.8 3 3.7" />
    </>
  ),
  image: (
    <>
      <rect x="3" y="4" width="14" height="12" rx="2" />
      <circle cx="7.3" cy="8" r="1.3" />
      <path d="M4 15l4.5-4 3 2.5 2.5-2 3 2.5" />
    </>
  ),
  inbox: (
    <>
      <path d="M3 11.5 5 4.8A1.8 1.8 0 0 1 6.7 3.5h6.6A1.8 1.8 0 0 1 15 4.8l2 6.7v3.2a1.8 1.8 0 0 1-1.8 1.8H4.8A1.8 1.8 0 0 1 3 14.7z" />
      <path d="M3 11.5h4l1.2 2h3.6l1.2-2h4" />
    </>
  ),
  leads: (
    <>
      <path d="M10 3l1.7 5.3L17 10l-5.3 1.7L10 17l-1.7-5.3L3 10l5.3-1.7z" />
    </>
  ),
  menu: (
    <>
      <path d="M3.5 6h13M3.5 10h13M3.5 14h13" />
    </>
  ),
  mic: (
    <>
      <rect x="7.5" y="2.5" width="5" height="9" rx="2.5" />
      <path d="M4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v2.5" />
    </>
  ),
  overview: (
    <>
      <path d="M3.5 16.5v-5a6.5 6.5 0 0 1 13 0v5" />
      <path d="M7.5 16.5v-4.7a2.5 2.5 0 0 1 5 0v4.7" />
    </>
  ),
  panel: (
    <>
      <rect x="3" y="4" width="14" height="12" rx="2" />
      <path d="M12.5 4v12" />
    </>
  ),
  pause: (
    <>
      <path d="M7 4.5v11M13 4.5v11" />
    </>
  ),
  play: (
    <>
      <path d="M6.5 4.2v11.6L15.8 10z" />
    </>
  ),
  plus: (
    <>
      <path d="M10 4v12M4 10h12" />
    </>
  ),
  poll: (
    <>
      <path d="M4 5h12M4 10h7M4 15h9" />
    </>
  ),
  refresh: (
    <>
      <path d="M16 10a6 6 0 1 1-1.8-4.3L16.5 8M16.5 3.5V8H12" />
    </>
  ),
  reports: (
    <>
      <path d="M5.5 2.8h6l4 4v8.7a1.7 1.7 0 0 1-1.7 1.7H5.5A1.7 1.7 0 0 1 3.8 15.5v-11a1.7 1.7 0 0 1 1.7-1.7z" />
      <path d="M11.3 3v4h4M7 11h6M7 14h4" />
    </>
  ),
  right: (
    <>
      <path d="M7.5 4.5l5.5 5.5-5.5 5.5" />
    </>
  ),
  safety: (
    <>
      <path d="M10 2.7l6 2.2v4.6c0 3.7-2.5 6.3-6 7.8-3.5-1.5-6-4.1-6-7.8V4.9z" />
      <path d="M7.3 9.9l2 2 3.4-3.7" />
    </>
  ),
  schedules: (
    <>
      <rect x="3" y="4.5" width="14" height="12" rx="2" />
      <path d="M3 8.5h14M7 2.8v3M13 2.8v3M10 11v2l1.6 1" />
    </>
  ),
  search: (
    <>
      <circle cx="9" cy="9" r="5.2" />
      <path d="M13 13l4 4" />
    </>
  ),
  send: (
    <>
      <path d="M3.5 10L16.5 4l-3.8 12.5-3-5.2z" />
      <path d="M9.7 11.3L16.5 4" />
    </>
  ),
  sessions: (
    <>
      <rect x="5.5" y="2.5" width="9" height="15" rx="2.2" />
      <path d="M8.5 14.8h3" />
    </>
  ),
  settings: (
    <>
      <path d="M3 6h8M15 6h2M3 14h2M9 14h8" />
      <circle cx="13" cy="6" r="2" />
      <circle cx="7" cy="14" r="2" />
    </>
  ),
  smile: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M7 12c.8 1.2 1.8 1.7 3 1.7s2.2-.5 3-1.7M7.5 7.8v.4M12.5 7.8v.4" />
    </>
  ),
  sun: (
    <>
      <circle cx="10" cy="10" r="3.3" />
      <path d="M10 2.5v1.6M10 15.9v1.6M2.5 10h1.6M15.9 10h1.6M4.7 4.7l1.1 1.1M14.2 14.2l1.1 1.1M4.7 15.3l1.1-1.1M14.2 5.8l1.1-1.1" />
    </>
  ),
  tag: (
    <>
      <path d="M3.5 4.5v5l7 7 6-6-7-7h-5a1 1 0 0 0-1 1z" />
      <circle cx="7" cy="7.5" r=".8" />
    </>
  ),
  webhooks: (
    <>
      <path d="M7 3.5v6.8a4 4 0 1 0 8 0V9" />
      <path d="M15 9l-2.5 1.5M15 9l1.8 2.3" />
      <circle cx="7" cy="3.5" r="1" />
    </>
  ),
  x: (
    <>
      <path d="M5 5l10 10M15 5L5 15" />
    </>
  ),
}

/** Shapes of states, drawn on 14 by 14: each is known by its outline. */
export const glyphShapes = {
  bubble: (
    <>
      <path
        className="k"
        d="M2.5 2h9a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1H7L3.8 12V9.5H2.5a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1z"
      />
    </>
  ),
  clock: (
    <>
      <circle className="k" cx="7" cy="7" r="5.2" />
      <path className="k" d="M7 4.3V7l1.9 1.3" />
    </>
  ),
  dot: (
    <>
      <circle cx="7" cy="7" r="4.2" />
    </>
  ),
  ear: (
    <>
      <circle className="k" cx="7" cy="7" r="5.2" strokeDasharray="2.3 2.3" />
      <circle cx="7" cy="7" r="1.8" />
    </>
  ),
  eye: (
    <>
      <path className="k" d="M1 7c1.5-2.8 3.5-4.2 6-4.2S11.5 4.2 13 7c-1.5 2.8-3.5 4.2-6 4.2S2.5 9.8 1 7z" />
      <circle cx="7" cy="7" r="1.9" />
    </>
  ),
  flag: (
    <>
      <path className="k" d="M3 13V1.5" />
      <path d="M3 1.8h8.5L9.5 4.9l2 3.1H3z" />
    </>
  ),
  hand: (
    <>
      <path d="M4 13.2C2.6 12 1.5 9.5 1.5 8c0-.7.9-.9 1.3-.3L4 9V2.7c0-1 1.5-1 1.5 0V6h.4V1.7c0-1 1.5-1 1.5 0V6h.4V2.3c0-1 1.5-1 1.5 0v4.2h.4V4c0-1 1.4-1 1.4 0v4.7c0 2.7-1.5 4.5-4 4.5z" />
    </>
  ),
  hour: (
    <>
      <path
        className="k"
        d="M3 1.5h8M3 12.5h8M4 1.5c0 3.2 6 4.3 6 5.5S4 9.3 4 12.5M10 1.5c0 3.2-6 4.3-6 5.5s6 2.3 6 5.5"
      />
    </>
  ),
  lock: (
    <>
      <path className="k" d="M4.3 6.5V4.7a2.7 2.7 0 0 1 5.4 0v1.8" />
      <rect x="2.5" y="6.3" width="9" height="6.2" rx="1.5" />
    </>
  ),
  oct: (
    <>
      <path d="M4.3.6h5.4l3.7 3.7v5.4l-3.7 3.7H4.3L.6 9.7V4.3z" />
      <path className="kw" d="M4.7 4.7l4.6 4.6M9.3 4.7L4.7 9.3" />
    </>
  ),
  ok: (
    <>
      <circle cx="7" cy="7" r="6" />
      <path className="kw" d="M4.3 7.2l1.9 1.9 3.6-3.9" />
    </>
  ),
  pause: (
    <>
      <rect x="2.8" y="2" width="3" height="10" rx="1" />
      <rect x="8.2" y="2" width="3" height="10" rx="1" />
    </>
  ),
  play: (
    <>
      <path d="M3.5 1.8v10.4L12 7z" />
    </>
  ),
  qr: (
    <>
      <path
        className="k"
        d="M1.5 4V2.5a1 1 0 0 1 1-1H4M10 1.5h1.5a1 1 0 0 1 1 1V4M12.5 10v1.5a1 1 0 0 1-1 1H10M4 12.5H2.5a1 1 0 0 1-1-1V10"
      />
      <rect x="4.5" y="4.5" width="5" height="5" rx="1" />
    </>
  ),
  reply: (
    <>
      <path className="k" d="M5.5 3L2 6.5 5.5 10M2.3 6.5H8c2.5 0 3.7 1.4 4 4" />
    </>
  ),
  ring: (
    <>
      <circle className="k" cx="7" cy="7" r="4.6" />
    </>
  ),
  rosette: (
    <>
      <circle cx="7" cy="5.5" r="4.5" />
      <path className="kw" d="M5 5.5l1.5 1.5L9.2 4" />
      <path d="M4.5 9.3L3.7 13.5 7 11.8l3.3 1.7-.8-4.2z" />
    </>
  ),
  sent: (
    <>
      <path className="k" d="M2 12L12 2M5.5 2H12v6.5" />
    </>
  ),
  skip: (
    <>
      <path className="k" d="M2 3l4.5 4L2 11M7.5 3L12 7l-4.5 4" />
    </>
  ),
  slash: (
    <>
      <circle className="k" cx="7" cy="7" r="5.2" />
      <path className="k" d="M3.5 10.5l7-7" />
    </>
  ),
  spark: (
    <>
      <path d="M7 .8l1.4 4.8L13.2 7l-4.8 1.4L7 13.2 5.6 8.4.8 7l4.8-1.4z" />
    </>
  ),
  spin: (
    <>
      <path className="k" d="M12.2 7A5.2 5.2 0 1 1 7 1.8" />
    </>
  ),
  stop: (
    <>
      <rect x="2.3" y="2.3" width="9.4" height="9.4" rx="2" />
    </>
  ),
  tray: (
    <>
      <path className="k" d="M7 1.5v6M4.3 5.2L7 7.9l2.7-2.7M1.8 8.5v3a1 1 0 0 0 1 1h8.4a1 1 0 0 0 1-1v-3" />
    </>
  ),
  tri: (
    <>
      <path d="M7 1l6.3 11.5H.7z" />
      <path className="kw" d="M7 5.2v3.2M7 10.5v.1" />
    </>
  ),
}
