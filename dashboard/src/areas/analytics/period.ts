/** What the page shows. */
export const views = ['messages', 'waits', 'leads', 'campaigns', 'hours', 'people'] as const
/** One of them. */
export type View = (typeof views)[number]

/** Days that can be looked back at one press. */
export const spans = [7, 30, 90, 365] as const
/** Steps that figures are shown in. */
export const intervals = ['day', 'week', 'month'] as const
/** One of them. */
export type Interval = (typeof intervals)[number]

/** What stands behind the address: all of the page's choices, so that it can be sent to somebody. */
export interface AnalyticsSearch {
  view?: View | undefined
  days?: number | undefined
  /** Days of a period of one's own. */
  from?: string
  to?: string
  interval?: Interval | undefined
  session?: string
  label?: string
  /** Whether the period before is shown beside it. */
  compare?: boolean
  sort?: string
  order?: 'asc' | 'desc' | undefined
}

const isDay = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
const oneOf = <Value>(values: readonly Value[], value: unknown) => values.find((known) => known === value)
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** Reads an address; what it does not know is as if it were not there. */
export function readSearch(search: Record<string, unknown>): AnalyticsSearch {
  const { from, to, session, label, sort } = search
  return {
    view: oneOf(views, search['view']),
    days: oneOf(spans, search['days']),
    interval: oneOf(intervals, search['interval']),
    order: oneOf(['asc', 'desc'] as const, search['order']),
    ...(isDay(from) && isDay(to) ? { from, to } : {}),
    ...(isText(session) ? { session } : {}),
    ...(isText(label) ? { label } : {}),
    ...(isText(sort) ? { sort } : {}),
    ...(search['compare'] === true ? { compare: true } : {}),
  }
}

/** Days, both included, in the tenant's zone. */
export interface Period {
  from: string
  to: string
}

const dayMs = 86_400_000
const toMs = (day: string) => Date.parse(`${day}T00:00:00Z`)
const addDays = (day: string, count: number) => new Date(toMs(day) + count * dayMs).toISOString().slice(0, 10)

/** How many days a period has. */
export const daysOf = ({ from, to }: Period) => Math.round((toMs(to) - toMs(from)) / dayMs) + 1

const usualDays = 30

/** The period of an address; one that ends before it begins is taken the other way round. */
export function periodOf({ from, to, days = usualDays }: AnalyticsSearch, today: string): Period {
  if (from === undefined || to === undefined) return { from: addDays(today, 1 - days), to: today }
  return from <= to ? { from, to } : { from: to, to: from }
}

/** As many days, just before. */
export function periodBefore(period: Period): Period {
  const to = addDays(period.from, -1)
  return { from: addDays(to, 1 - daysOf(period)), to }
}

/** How much more (or less) something is, as a share of what it was; undefined where that says nothing. */
export function changeOf(now: number | null, before: number | null | undefined): number | undefined {
  if (now === null || before === null || before === undefined || before === 0) return undefined
  return Math.round((now / before - 1) * 1000) / 1000
}
