import type { Context } from '../../../context.ts'
import { PeriodicWriter } from '../../../platform/periodic-writer.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { type DeliveriesTried, deliveriesTried } from './notices.schema.ts'

/** A busy endpoint has hundreds of attempts a second: they are told together. */
const everyMs = 1000

const tellers = defineProcessState(
  ({ db, events, clock, log }: Context) =>
    new PeriodicWriter<DeliveriesTried>({
      clock,
      log,
      subject: 'what became of deliveries',
      everyMs,
      merge: (earlier, later) => ({
        ...earlier,
        delivered: earlier.delivered + later.delivered,
        retried: earlier.retried + later.retried,
        failed: earlier.failed + later.failed,
      }),
      write: (tried) => events.publishMany(db.sql, deliveriesTried, tried),
    }),
  (teller) => teller.close(),
)

/** Notes what became of an attempt, for whoever looks on. */
export function noteAttempt(
  ctx: Context,
  { tenantId, webhookId }: { tenantId: string; webhookId: string },
  outcome: 'delivered' | 'retried' | 'failed',
): void {
  const none = { tenantId, webhookId, delivered: 0, retried: 0, failed: 0 }
  tellers.of(ctx).note(webhookId, { ...none, [outcome]: 1 })
}
