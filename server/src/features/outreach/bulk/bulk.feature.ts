import type { Context } from '../../../context.ts'
import { type Feature, onEvent } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import { messageSent } from '../../conversations/messages/message-events.schema.ts'
import { customGroupDeleting } from '../../groups/custom-groups/custom-groups.schema.ts'
import {
  connectionUpdated,
  sessionDeleted,
  sessionDisconnected,
} from '../../sessions/lifecycle/sessions.schema.ts'
import { bulkOperations } from './bulk.operations.ts'
import { bulkChanged, bulkSendCompleted } from './bulk.schema.ts'
import { expireBulkJob } from './bulk.service.ts'
import { startRunner, stopRunner } from './runner.ts'
import {
  expireWhenDue,
  failJobsOf,
  noteDisconnected,
  noteRestrictions,
  refuseDeletion,
} from './steer.service.ts'
import { noteSent } from './turn.ts'

/** One message to everybody on a list: at a person's pace, and to each of them once. */
export const bulkFeature: Feature = {
  name: 'bulk',
  operations: bulkOperations,
  publishes: [bulkSendCompleted, bulkChanged],
  jobs: [handleJob(expireBulkJob, (ctx, job) => expireWhenDue(ctx, job))],
  events: [
    onEvent(messageSent, noteSent),
    onEvent(sessionDisconnected, async (ctx: Context, sql, sessions) => {
      for (const session of sessions) await noteDisconnected(ctx, sql, session)
    }),
    onEvent(connectionUpdated, noteRestrictions),
    onEvent(customGroupDeleting, async (_ctx, sql, deleting) => {
      for (const { tenantId, groupId } of deleting) await refuseDeletion(sql, tenantId, groupId)
    }),
    onEvent(sessionDeleted, async (ctx, sql, deleted) => {
      for (const { tenantId, sessionId } of deleted) await failJobsOf(ctx, sql, tenantId, sessionId)
    }),
  ],
  start: startRunner,
  stop: stopRunner,
}
