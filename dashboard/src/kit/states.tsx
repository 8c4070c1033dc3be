import { useText } from '../words/words.ts'
import { type GlyphName, State, type Tone } from './icon.tsx'

type Look = readonly [shape: GlyphName, tone: Tone]

/** Shapes and tones of the states of the design, by kind and by the API's value. */
const looks = {
  session: {
    working: ['dot', 'ok'],
    starting: ['spin', 'info'],
    qr_code: ['qr', 'warn'],
    replies_only: ['lock', 'warn'],
    deaf: ['ear', 'info'],
    failed: ['oct', 'bad'],
    stopped: ['ring', 'off'],
  },
  message: {
    pending: ['clock', 'off'],
    needs_approval: ['hand', 'warn'],
    sent: ['sent', 'off'],
    delivered: ['tray', 'off'],
    read: ['eye', 'off'],
    failed: ['tri', 'bad'],
  },
  delivery: {
    pending: ['clock', 'warn'],
    delivered: ['ok', 'ok'],
    failed: ['tri', 'bad'],
  },
  lead: {
    new: ['spark', 'acc'],
    contacted: ['bubble', 'info'],
    qualified: ['rosette', 'acc'],
    converted: ['flag', 'ok'],
    lost: ['slash', 'off'],
  },
  job: {
    pending: ['hour', 'off'],
    running: ['play', 'info'],
    paused: ['pause', 'warn'],
    completed: ['ok', 'ok'],
    cancelled: ['stop', 'off'],
    failed: ['oct', 'bad'],
  },
  recipient: {
    pending: ['clock', 'off'],
    sent: ['sent', 'off'],
    delivered: ['tray', 'off'],
    read: ['eye', 'off'],
    failed: ['tri', 'bad'],
    replied: ['reply', 'ok'],
    skipped: ['skip', 'off'],
    opted_out: ['slash', 'off'],
    ignored: ['ring', 'off'],
  },
} as const satisfies Record<string, Record<string, Look>>

/** What has states of its own in the design. */
export type StateKind = keyof typeof looks
/** The states of a kind. */
export type StateOf<Kind extends StateKind> = Extract<keyof (typeof looks)[Kind], string>

/** Shape and tone of a state, for where the word stands elsewhere. */
export function lookOf<Kind extends StateKind>(kind: Kind, value: StateOf<Kind>): Look {
  return looks[kind][value] as Look
}

/** The state of something with its word; `children` say it in other words, such as a reason. */
export function StateTag<Kind extends StateKind>({
  kind,
  value,
  loud,
  children,
}: {
  kind: Kind
  value: StateOf<Kind>
  loud?: boolean
  children?: React.ReactNode
}) {
  const t = useText()
  const [shape, tone] = lookOf(kind, value)
  return (
    <State shape={shape} tone={tone} {...(loud === undefined ? {} : { loud })}>
      {children ?? t.of(`state.${kind}.${value}`)}
    </State>
  )
}
