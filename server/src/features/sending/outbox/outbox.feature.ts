import type { Context } from '../../../context.ts'
import { type Feature, onEvent } from '../../../feature.ts'
import { messagesOvertaken } from '../../conversations/messages/message-events.schema.ts'
import { startBacklog, stopBacklog } from './backlog.ts'
import { deleteWaiting } from './outbox.store.ts'
import { writerOf } from './outbox-writer.ts'
import { startOutcomes, stopOutcomes } from './outcome.ts'

async function start(ctx: Context): Promise<void> {
  startOutcomes(ctx)
  await startBacklog(ctx)
}

/** Releases nothing new and waits until what left is stored. */
async function stop(ctx: Context): Promise<void> {
  stopBacklog(ctx)
  stopOutcomes(ctx)
  await writerOf(ctx).flush()
}

/** The one way out: every sender passes the same pipeline. */
export const outboxFeature: Feature = {
  name: 'outbox',
  start,
  stop,
  events: [
    onEvent(messagesOvertaken, async (_ctx, sql, overtaken) => {
      for (const { tenantId, messageIds } of overtaken) await deleteWaiting(sql, tenantId, messageIds)
    }),
  ],
}
