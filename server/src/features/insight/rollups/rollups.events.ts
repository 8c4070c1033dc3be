import { type EventHandler, onEvent } from '../../../feature.ts'
import { afterCommit } from '../../../platform/database/database.ts'
import type { EventPayload, EventType } from '../../../platform/events/events.ts'
import { contactsMerged } from '../../conversations/contacts/contacts.schema.ts'
import { chatLabelled, labelDeleted } from '../../conversations/labels/labels.schema.ts'
import {
  messageDelivered,
  messageFailed,
  messageRead,
  messageReceived,
  messageSent,
} from '../../conversations/messages/message-events.schema.ts'
import { leadDetected, leadStatusChanged } from '../../leads/detection/leads.schema.ts'
import { sessionDeleted } from '../../sessions/lifecycle/sessions.schema.ts'
import { markLeadsOfContacts, markSession } from './marks.store.ts'
import { type NotedChange, noteChange } from './noted-changes.ts'
import { recountContactsJob } from './rollups.schema.ts'

function note<P extends EventPayload>(
  type: EventType<P>,
  kind: NotedChange['kind'],
  idOf: (payload: P) => string,
): EventHandler {
  return onEvent(type, async (ctx, sql, payloads) => {
    afterCommit(sql, () => {
      for (const payload of payloads) noteChange(ctx, { kind, id: idOf(payload) })
    })
  })
}

/**
 * Of what happens to every message only memory is told; the rare rest is marked with the change itself. Jobs with a key
 * are added afterwards: in the transactions of others they would make those wait who have nothing in common.
 */
export const rollupEvents: readonly EventHandler[] = [
  ...[messageSent, messageDelivered, messageRead, messageFailed].map((type) =>
    note(type, 'message', ({ messageId }) => messageId),
  ),
  note(messageReceived, 'message', ({ messageId }) => messageId),
  ...[leadDetected, leadStatusChanged].map((type) =>
    note(type as EventType<EventPayload & { leadId: string }>, 'lead', ({ leadId }) => leadId),
  ),
  onEvent(contactsMerged, async (ctx, sql, merged) => {
    for (const { tenantId, keepId, dropId } of merged) {
      // Before the leads follow: one of two becomes the other's.
      await markLeadsOfContacts(sql, tenantId, [keepId, dropId], ctx.clock.now())
      await ctx.jobs.add(sql, recountContactsJob, { tenantId, contactIds: [keepId, dropId] })
    }
  }),
  onEvent(sessionDeleted, async (ctx, sql, deleted) => {
    for (const { tenantId, sessionId } of deleted) {
      await markSession(sql, tenantId, sessionId, ctx.clock.now())
      afterCommit(sql, () => noteChange(ctx, { kind: 'marks', id: tenantId }))
    }
  }),
  ...[chatLabelled, labelDeleted].map((type) =>
    note(type as EventType<EventPayload & { tenantId: string }>, 'labels', ({ tenantId }) => tenantId),
  ),
]
