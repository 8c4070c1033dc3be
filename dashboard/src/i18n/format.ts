import { useLanguage } from './language-context.tsx'
import { useTimeZone } from './time-zone.ts'

type Moment = Date | string | number

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Figures, times and lists as the language writes them, times in the tenant's zone. */
export type Format = ReturnType<typeof createFormat>

/** The formats of the page's language and the tenant's zone. */
export function useFormat(): Format {
  const { tag } = useLanguage()
  const zone = useTimeZone()
  return formatOf(tag, zone)
}

let latest: { tag: string; zone: string; format: Format } | undefined

/** Making formats takes a browser a millisecond: every time and figure of a page shares the same ones. */
function formatOf(tag: string, zone: string): Format {
  if (latest?.tag !== tag || latest.zone !== zone) latest = { tag, zone, format: createFormat(tag, zone) }
  return latest.format
}

const toDate = (moment: Moment) => (moment instanceof Date ? moment : new Date(moment))

function createDates(tag: string, timeZone: string) {
  const make = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { timeZone, hourCycle: 'h23', ...options })
  const clock = make({ hour: '2-digit', minute: '2-digit' })
  const seconds = make({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const weekday = make({ weekday: 'short' })
  const day = make({ day: 'numeric', month: 'short' })
  const dayOfYear = make({ day: 'numeric', month: 'short', year: 'numeric' })
  const near = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  } as const
  const dayAndTime = make(near)
  const dayOfYearAndTime = make({ ...near, year: 'numeric' })
  const full = make({ dateStyle: 'full', timeStyle: 'medium' })
  const key = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  const daysAgo = (date: Date, now: Date) =>
    Math.round((Date.parse(key.format(now)) - Date.parse(key.format(date))) / dayMs)

  /** Today 14:32, this week Tue 09:02, then 9 Oct, another year 9 Oct 2025. */
  function moment(value: Moment, withSeconds = false): string {
    const date = toDate(value)
    const now = new Date()
    const ago = daysAgo(date, now)
    const time = withSeconds ? seconds : clock
    if (ago === 0) return time.format(date)
    if (ago > 0 && ago < 7) return `${weekday.format(date)} ${clock.format(date)}`
    return key.format(date).slice(0, 4) === key.format(now).slice(0, 4)
      ? day.format(date)
      : dayOfYear.format(date)
  }
  /** A moment to come, or a plan: 14:32 today, else Thu 3 Dec, 09:00. */
  function planned(value: Moment): string {
    const date = toDate(value)
    const now = new Date()
    if (daysAgo(date, now) === 0) return clock.format(date)
    const isThisYear = key.format(date).slice(0, 4) === key.format(now).slice(0, 4)
    return (isThisYear ? dayAndTime : dayOfYearAndTime).format(date)
  }
  return {
    moment,
    planned,
    clock: (value: Moment) => clock.format(toDate(value)),
    day: (value: Moment) => day.format(toDate(value)),
    full: (value: Moment) => `${full.format(toDate(value))} (${timeZone})`,
    /** The day in the tenant's zone, as `2026-02-11`. */
    dayKey: (value: Moment) => key.format(toDate(value)),
    /** For other shapes of dates, in the zone and language of the page. */
    dates: make,
  }
}

const units = [
  ['day', dayMs],
  ['hour', hourMs],
  ['minute', minuteMs],
  ['second', 1000],
] as const

function createNumbers(tag: string) {
  const plain = new Intl.NumberFormat(tag)
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1 })
  const relative = new Intl.RelativeTimeFormat(tag, { style: 'narrow' })
  // British English has "48 mins"; the word for a unit does not grow here.
  const unitTag = tag === 'en-GB' ? 'en' : tag
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(unitTag, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value)

  /** One unit, such as 48 min, 41 sec or 2 days. */
  function duration(ms: number): string {
    if (ms < 1000) return unit(Math.round(ms), 'millisecond')
    if (ms < 10_000) return unit(ms / 1000, 'second', 1)
    const [name, size] = units.find(([, size]) => ms >= size) ?? units[3]
    return unit(Math.round(ms / size), name)
  }
  /** 12s ago, in 3 min. */
  function ago(moment: Moment, now = Date.now()): string {
    const difference = toDate(moment).getTime() - now
    const [name, size] = units.find(([, size]) => Math.abs(difference) >= size) ?? units[3]
    return relative.format(Math.round(difference / size), name)
  }
  function bytes(count: number): string {
    const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte']
    const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), names.length - 1)
    return unit(count / 1000 ** power, names[power] ?? 'byte', power > 1 ? 1 : 0)
  }
  return {
    number: (value: number) => plain.format(value),
    /** Of a share between 0 and 1. */
    percent: (share: number) => percent.format(share),
    unit,
    duration,
    ago,
    bytes,
    money: (value: number, currency: string) =>
      new Intl.NumberFormat(tag, { style: 'currency', currency }).format(value),
    list: (items: readonly string[]) => new Intl.ListFormat(tag).format(items),
    either: (items: readonly string[]) => new Intl.ListFormat(tag, { type: 'disjunction' }).format(items),
  }
}

function createFormat(tag: string, timeZone: string) {
  return { timeZone, ...createDates(tag, timeZone), ...createNumbers(tag) }
}

/** E.164 in groups of three, such as +351 912 345 678; always shown left to right. */
export function groupPhone(phone: string): string {
  const digits = phone.replaceAll(/\D/g, '')
  return `+${digits.replaceAll(/(\d{3})(?=\d)/g, '$1 ')}`
}
