import type { Context } from '../../../context.ts'
import { type Feature, onEvent } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { done, retryLater } from '../../../platform/jobs/jobs.ts'
import { userEnded } from '../../account/users/users.schema.ts'
import { contactsMerged } from '../../conversations/contacts/contacts.schema.ts'
import { dropOrphanContacts } from '../../conversations/contacts/contacts.service.ts'
import {
  type MessageChanged,
  messageDeleted,
  messageEdited,
} from '../../conversations/messages/message-events.schema.ts'
import { previewOf, storableText } from '../../conversations/messages/message-text.service.ts'
import { sessionDeleted } from '../../sessions/lifecycle/sessions.schema.ts'
import { expireLeadTextsJob } from './lead-upkeep.schema.ts'
import { expireTexts, listSessionlessContacts, replaceTexts, unassignLeads } from './lead-upkeep.store.ts'
import { leadDetected, leadStatusChanged, leadUpdated } from './leads.schema.ts'
import { mergeLeadsOf } from './merge-leads.service.ts'

const stepSize = 1000

/** Removes what tenants keep no longer, as it is with the messages themselves. */
async function expireAll(ctx: Context, signal: AbortSignal | undefined): Promise<boolean> {
  const step = { now: ctx.clock.now(), limit: stepSize }
  while (signal?.aborted !== true) {
    if ((await expireTexts(ctx.db.sql, step)) === 0) return true
  }
  return false
}

function follow(toPreview: (message: MessageChanged) => string | null) {
  return (_ctx: Context, sql: Sql, payloads: readonly MessageChanged[]) =>
    replaceTexts(
      sql,
      payloads.map((message) => ({
        tenantId: message.tenantId,
        messageId: message.messageId,
        preview: toPreview(message),
      })),
    )
}

/** Contacts that no session knows any more go: here, because only the leads know whose person somebody still wants. */
async function dropOrphans(sql: Sql, tenantIds: ReadonlySet<string>): Promise<void> {
  for (const tenantId of tenantIds)
    await dropOrphanContacts(sql, tenantId, await listSessionlessContacts(sql, tenantId))
}

/** What leads keep of messages goes the way of the messages: changed, taken back, too old. */
export const leadUpkeepFeature: Feature = {
  name: 'lead-upkeep',
  jobs: [
    handleJob(expireLeadTextsJob, async (ctx, _payload, { signal }) =>
      (await expireAll(ctx, signal)) ? done : retryLater(60_000),
    ),
  ],
  events: [
    onEvent(
      messageEdited,
      follow(({ text }) => previewOf(storableText(text))),
    ),
    onEvent(
      messageDeleted,
      follow(() => null),
    ),
    onEvent(contactsMerged, async (_ctx, sql, merged) => {
      for (const { tenantId, keepId, dropId } of merged) await mergeLeadsOf(sql, tenantId, keepId, dropId)
    }),
    onEvent(userEnded, async (_ctx, sql, ended) => {
      for (const { tenantId, userId, isRemoved } of ended)
        if (isRemoved) await unassignLeads(sql, tenantId, userId)
    }),
    onEvent(sessionDeleted, (_ctx, sql, deleted) =>
      dropOrphans(sql, new Set(deleted.map(({ tenantId }) => tenantId))),
    ),
  ],
  publishes: [leadDetected, leadStatusChanged, leadUpdated],
}
