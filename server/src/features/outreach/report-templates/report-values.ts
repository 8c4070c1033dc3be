import { firstCharacters } from '../../../platform/characters.ts'
import type { LocalClock } from './local-clock.ts'
import type { ReportCell, Unit } from './report-content.schema.ts'

const longestText = 60

/** On one line, without signs that turn the direction of what follows: names are chosen by strangers. */
export function plainText(text: string, most = longestText): string {
  const clean = text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
  const short = firstCharacters(clean, most)
  return short.length < clean.length ? `${short}…` : clean
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** `40 s`, `5 min`, `3 h 5 min`, `2 d 3 h`. */
function duration(seconds: number): string {
  if (seconds < minute) return `${seconds} s`
  if (seconds < hour) return `${Math.floor(seconds / minute)} min`
  const [large, small, names] = seconds < day ? [hour, minute, ['h', 'min']] : [day, hour, ['d', 'h']]
  const rest = Math.floor((seconds % large) / small)
  const whole = `${Math.floor(seconds / large)} ${names[0]}`
  return rest === 0 ? whole : `${whole} ${rest} ${names[1]}`
}

/** A value as people read it; moments by the clock of the report's zone. */
export function showValue(value: ReportCell, unit: Unit, clock: LocalClock): string {
  if (value === null) return '–'
  if (typeof value === 'string')
    return unit === 'timestamp' ? clock.clock(Date.parse(value)) : plainText(value)
  if (unit === 'rate') return `${Math.round(value * 1000) / 10} %`
  return unit === 'seconds' ? duration(value) : value.toLocaleString('en-US')
}
