/** Names of three letters that say the same everywhere. */
const plainAbbreviations: ReadonlySet<string> = new Set(['UTC', 'GMT', 'UCT'])

/**
 * Whether a name is a zone of the IANA list, `UTC` included; fixed offsets such as `+02:00` are none. Abbreviations are
 * refused, those of the list too: `IST` is three zones, and the database reads `CET` without summer time.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{1,63}$/.test(name)) return false
  if (name.length === 3 && !plainAbbreviations.has(name.toUpperCase())) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
