import type { Context } from '../../../context.ts'
import { onEvent } from '../../../feature.ts'
import { afterCommit, type Sql } from '../../../platform/database/database.ts'
import {
  type MessageEvent,
  messageDeleted,
  messageFailed,
  messageReceived,
  messageSent,
} from '../messages/message-events.schema.ts'
import { isMediaType } from '../messages/messages.schema.ts'
import { retainFiles, sweepLater } from './blobs.service.ts'
import { fetchMediaJob } from './media.schema.ts'
import { retentionMs } from './media-download.service.ts'

const withFiles = <E extends MessageEvent>(events: readonly E[]): Map<string, E[]> =>
  Map.groupBy(
    events.filter(({ messageType }) => isMediaType(messageType)),
    ({ tenantId }) => tenantId,
  )

/** A message has left, or never will: its file is kept only for a tenant that wants that. */
async function release(ctx: Context, sql: Sql, events: readonly MessageEvent[]): Promise<void> {
  for (const [tenantId, own] of withFiles(events)) {
    const keepMs = await retentionMs(ctx, tenantId, sql)
    const ids = own.map(({ messageId }) => messageId)
    await retainFiles(sql, tenantId, ids, new Date(ctx.clock.nowMs() + (keepMs ?? 0)))
    if (keepMs === null) afterCommit(sql, () => sweepLater(ctx, 0))
  }
}

/** Files of what arrives are got in the background, for a tenant that wants that. */
async function fetchAll(ctx: Context, sql: Sql, events: readonly MessageEvent[]): Promise<void> {
  for (const [tenantId, own] of withFiles(events)) {
    if ((await retentionMs(ctx, tenantId, sql)) === null) continue
    const payloads = own.map(({ messageId }) => ({ tenantId, messageId }))
    await ctx.jobs.addMany(sql, fetchMediaJob, payloads)
  }
}

/** What was taken back is gone here too. */
async function drop(ctx: Context, sql: Sql, events: readonly MessageEvent[]): Promise<void> {
  for (const [tenantId, own] of Map.groupBy(events, (event) => event.tenantId)) {
    const ids = own.map(({ messageId }) => messageId)
    await retainFiles(sql, tenantId, ids, ctx.clock.now())
    afterCommit(sql, () => sweepLater(ctx, 0))
  }
}

/** What happens to messages and concerns their files. */
export const mediaEvents = [
  onEvent(messageReceived, fetchAll),
  onEvent(messageSent, release),
  onEvent(messageFailed, release),
  onEvent(messageDeleted, drop),
]
