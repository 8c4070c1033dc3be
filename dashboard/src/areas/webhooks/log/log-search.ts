import { type DeliveryStatus, deliveryStatuses } from '../queries.ts'

/** Which deliveries of the log are shown. */
export interface LogSearch {
  status?: DeliveryStatus
  event?: string
  /** Of the last so many hours. */
  hours?: number
}

/** The spans that can be chosen; the log itself holds seven days. */
export const spansOfHours = [1, 24, 72] as const

/** What stands behind `?`, as far as it is known. */
export function readLogSearch(search: Record<string, unknown>): LogSearch & {
  /** The delivery that is open beside the log. */
  delivery?: string
} {
  const { status, event, hours, delivery } = search
  const known = deliveryStatuses.find((name) => name === status)
  const span = spansOfHours.find((each) => each === Number(hours))
  return {
    ...(known === undefined ? {} : { status: known }),
    ...(typeof event === 'string' ? { event } : {}),
    ...(span === undefined ? {} : { hours: span }),
    ...(typeof delivery === 'string' ? { delivery } : {}),
  }
}
