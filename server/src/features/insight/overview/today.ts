import { type Context, tenantOf } from '../../../context.ts'
import { toTimestamp } from '../../../wire.ts'
import { countedUntil } from '../rollups/rollups.service.ts'
import { addWaits, measureWaits } from '../rollups/waits.service.ts'
import type { Overview } from './overview.schema.ts'
import { findCounting, listSlots, type SlotRow } from './overview.store.ts'

const weekMs = 7 * 24 * 60 * 60_000

const add = (slots: readonly SlotRow[], of: 'received' | 'sent' | 'failed') =>
  slots.reduce((sum, slot) => sum + slot[of], 0)

/** Figures of slots; of several days as the mean of one. */
function figuresOf(slots: readonly SlotRow[], days: number) {
  const mean = (of: 'received' | 'sent' | 'failed') => Math.round(add(slots, of) / days)
  return {
    received: mean('received'),
    sent: mean('sent'),
    failed: mean('failed'),
    first_reply_seconds: measureWaits(addWaits(slots.map(({ firstWaits }) => firstWaits))).medianSeconds,
  }
}

/** The figures of a day so far, beside what is usual on such a day. */
export async function readToday(
  ctx: Context,
  day: string,
  timeZone: string,
): Promise<NonNullable<Overview['today']>> {
  const now = ctx.clock.now()
  const [tenantId, { sql }] = [tenantOf(ctx), ctx.db]
  const slots = await listSlots(sql, tenantId, { day, timeZone, now })
  const { oldestMark, firstSlot } = await findCounting(sql, tenantId)
  const today = slots.filter(({ isToday }) => isToday)
  const before = slots.filter(({ isToday }) => !isToday)
  // Who has been here for two weeks has two such days to compare with, not four.
  const age = firstSlot === null ? 0 : now.getTime() - new Date(firstSlot).getTime()
  const weeks = Math.min(4, Math.max(1, Math.ceil(age / weekMs) - 1))
  const hours = [...Map.groupBy(slots, ({ hour }) => hour)].sort(([a], [b]) => a - b)
  return {
    date: day,
    as_of: toTimestamp(countedUntil(oldestMark === null ? null : new Date(oldestMark), now)),
    ...figuresOf(today, 1),
    usual: figuresOf(
      before.filter(({ isPast }) => isPast),
      weeks,
    ),
    hours: hours.map(([hour, own]) => ({
      hour,
      received: add(
        own.filter(({ isToday }) => isToday),
        'received',
      ),
      sent: add(
        own.filter(({ isToday }) => isToday),
        'sent',
      ),
      usual_received: Math.round(
        add(
          own.filter(({ isToday }) => !isToday),
          'received',
        ) / weeks,
      ),
    })),
  }
}
