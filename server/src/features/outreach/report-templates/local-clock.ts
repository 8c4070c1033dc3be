/** Moments as the clocks of a zone show them. */
export interface LocalClock {
  readonly timeZone: string
  /** `2026-02-11 10:00`. */
  clock(at: Date | number): string
  /** `2026-02-11`. */
  day(at: Date | number): string
  /** `2026-02-11T10:00`; hours that a clock change repeats are one. */
  hour(at: Date | number): string
}

/** Makes the clocks of a zone: once for a report, since making one costs a hundred times as much as using it. */
export function openClock(timeZone: string): LocalClock {
  // Sweden writes dates as ISO 8601 does.
  const formatter = new Intl.DateTimeFormat('sv-SE', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  })
  const clock = (at: Date | number): string => formatter.format(at)
  return {
    timeZone,
    clock,
    day: (at) => clock(at).slice(0, 10),
    hour: (at) => `${clock(at).slice(0, 13).replace(' ', 'T')}:00`,
  }
}
