import type { Message } from '../shapes.ts'

/** Messages of one person within this time stand together, with one line of time and status below the last. */
const runMs = 5 * 60_000

/** When a message was written: by WhatsApp's clock, else by ours. */
export function momentOf({ wa_timestamp, sent_at, created_at }: Message): string {
  return wa_timestamp ?? sent_at ?? created_at
}

/** Who wrote it, as far as runs are concerned. */
const writerOf = ({ direction, sender_phone, sender_name }: Message) =>
  direction === 'outbound' ? 'us' : (sender_phone ?? sender_name ?? 'them')

const needsOwnLine = ({ status, edited_at, reactions }: Message) =>
  status === 'failed' || status === 'pending_approval' || edited_at !== null || reactions.length > 0

function isOneRun(first: Message, second: Message, dayOf: (moment: string) => string): boolean {
  const [at, then] = [momentOf(first), momentOf(second)]
  return (
    writerOf(first) === writerOf(second) &&
    first.status === second.status &&
    Date.parse(then) - Date.parse(at) < runMs &&
    dayOf(at) === dayOf(then)
  )
}

/** How a message stands among its neighbours. */
export interface Place {
  /** The first of its day, in the tenant's zone: the day stands above it. */
  isNewDay: boolean
  /** Somebody else wrote before: a gap, and in groups the name. */
  isStart: boolean
  /** Time and status stand below it. */
  hasLine: boolean
}

/** Places a message between what is above and below it; what is not loaded yet changes nothing. */
export function placeOf(
  message: Message,
  before: Message | undefined,
  after: Message | undefined,
  isFirst: boolean,
  dayOf: (moment: string) => string,
): Place {
  const isNewDay = isFirst || (before !== undefined && dayOf(momentOf(before)) !== dayOf(momentOf(message)))
  const isStart = before === undefined || isNewDay || !isOneRun(before, message, dayOf)
  const hasLine = after === undefined || needsOwnLine(message) || !isOneRun(message, after, dayOf)
  return { isNewDay, isStart, hasLine }
}
