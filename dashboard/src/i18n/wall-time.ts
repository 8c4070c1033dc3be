/** A date and time as fields of the browser have it, such as `2026-12-01T09:30`. */
export type WallText = string

const parts = (timeZone: string) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })

/** What the clock on the wall of a zone shows at a moment. */
export function wallTime(moment: Date | string | number, timeZone: string): WallText {
  return parts(timeZone).format(new Date(moment)).replace(' ', 'T')
}

/** The moment at which the clock on the wall of a zone shows this; of two the first, of none the next there is. */
export function momentOfWall(wall: WallText, timeZone: string): Date {
  const asUtc = Date.parse(`${wall}:00Z`)
  const offsetAt = (ms: number) => Date.parse(`${wallTime(ms, timeZone)}:00Z`) - ms
  // The offset is looked up a day before and a day after: between them the clocks may have been set.
  const [before, after] = [offsetAt(asUtc - 86_400_000), offsetAt(asUtc + 86_400_000)]
  const candidates = [asUtc - before, asUtc - after].toSorted((a, b) => a - b)
  const exact = candidates.find((ms) => wallTime(ms, timeZone) === wall)
  return new Date(exact ?? asUtc - before)
}
