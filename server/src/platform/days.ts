const dayMs = 24 * 60 * 60_000

/** Says which day (`YYYY-MM-DD`) a moment falls on in a zone. To make one takes longer than to ask it a hundred times. */
export function dayReader(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
    return `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`
  }
}

/** The day (`YYYY-MM-DD`) that a moment falls on in a zone. */
export function dayIn(timeZone: string, at: Date): string {
  return dayReader(timeZone)(at)
}

const toMs = (day: string): number => Date.parse(`${day}T00:00:00Z`)

/** So many days after a day. */
export function addDays(day: string, count: number): string {
  return new Date(toMs(day) + count * dayMs).toISOString().slice(0, 10)
}

/** The moment at which a day begins in a zone: midnight, or what comes after one that is left out. */
export function startOfDay(day: string, timeZone: string): Date {
  return startOfDayBy(day, dayReader(timeZone))
}

/** As `startOfDay`, with a reader at hand. */
export function startOfDayBy(day: string, dayOf: (at: Date) => string): Date {
  // No zone is further from UTC than 26 hours: the first quarter of an hour that shows the day is looked for there.
  const quarterMs = 15 * 60_000
  let [low, high] = [toMs(day) - 26 * 60 * 60_000, toMs(day) + 26 * 60 * 60_000]
  while (high - low > quarterMs) {
    const middle = low + Math.floor((high - low) / 2 / quarterMs) * quarterMs
    if (dayOf(new Date(middle)) >= day) high = middle
    else low = middle
  }
  return new Date(high)
}
