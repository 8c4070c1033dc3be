import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { unknownThing, validationFailed } from '../../../platform/errors.ts'
import { isUuid } from '../../../platform/ids.ts'
import { holdsScope, type Scope } from '../../../scopes.ts'
import { toTimestamp } from '../../../wire.ts'
import { requireOpenHistory } from '../../account/settings/chat-history.service.ts'
import { getSession } from '../../sessions/lifecycle/sessions.service.ts'
import type { InboxInput, inboxAnswer, inboxChat } from './inbox.schema.ts'
import * as store from './inbox.store.ts'

const timestampOf = (at: string | null): string | null => (at === null ? null : toTimestamp(new Date(at)))

/** Whether the caller may read what belongs to another area. */
function mayRead({ caller }: Context, scope: Scope): boolean {
  return caller.kind === 'system' || (caller.kind !== 'anonymous' && holdsScope(caller.scopes, scope))
}

function chatToWire(ctx: Context, row: store.InboxRow): z.output<typeof inboxChat> {
  const { last, lead } = row
  return {
    id: row.id,
    session_id: row.sessionId,
    contact_id: row.contactId,
    wa_chat_id: row.waChatId,
    name: row.name,
    is_group: row.isGroup,
    contact_phone: phoneOf(row.contactPhone),
    message_count: row.messageCount,
    unread_count: row.unreadCount,
    is_unanswered: row.isUnanswered,
    last_message:
      last === null
        ? null
        : {
            id: last.id,
            direction: last.direction,
            message_type: last.type,
            content_preview: last.preview,
            status: last.status,
            error: last.error,
            sender_name: last.sender,
            at: timestampOf(row.lastMessageAt),
          },
    last_message_at: timestampOf(row.lastMessageAt),
    last_inbound_at: timestampOf(row.lastInboundAt),
    last_outbound_at: timestampOf(row.lastOutboundAt),
    is_archived: row.isArchived,
    is_pinned: row.isPinned,
    muted_until: timestampOf(row.mutedUntil),
    labels: row.labels,
    lead:
      lead === null || !mayRead(ctx, 'leads:read')
        ? null
        : { id: lead.id, status: lead.status, signal_score: lead.score },
    is_opted_out: mayRead(ctx, 'contacts:read') ? row.isOptedOut : null,
  }
}

const cursorPattern = /^(\d{4,6}-[\d .:+-]{10,40}) ([\da-f-]{36})$/

function writeCursor({ exactAt, id }: store.InboxCursor): string {
  return Buffer.from(`${exactAt} ${id}`).toString('base64url')
}

function readCursor(after: string | undefined): store.InboxCursor | undefined {
  if (after === undefined) return undefined
  const [, exactAt = '', id = ''] = cursorPattern.exec(Buffer.from(after, 'base64url').toString()) ?? []
  if (isUuid(id) && !Number.isNaN(Date.parse(exactAt))) return { exactAt, id }
  const message = 'must be the next of a page before'
  throw validationFailed.create({
    message: `after: ${message}`,
    details: { errors: [{ field: 'after', message }] },
  })
}

/** One page of the chats of the caller's tenant, the most recent first. */
export async function listInbox(ctx: Context, input: InboxInput): Promise<z.output<typeof inboxAnswer>> {
  await requireOpenHistory(ctx)
  const { limit, offset, search } = input
  const after = readCursor(input.after)
  if (input.session_id !== undefined) await getSession(ctx, input.session_id)
  const filter = {
    tenantId: tenantOf(ctx),
    sessionId: input.session_id,
    search,
    isGroup: input.is_group,
    isArchived: input.is_archived,
    isUnread: input.unread,
    isUnanswered: input.unanswered,
    labelId: input.label_id,
    now: ctx.clock.now(),
  }
  const rows = await store.listInboxChats(ctx.db.sql, filter, { after, offset, limit: limit + 1 })
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    chats: shown.map((row) => chatToWire(ctx, row)),
    total: await store.countInboxChats(ctx.db.sql, filter),
    limit,
    next: last === undefined ? null : writeCursor(last),
  }
}

/** One chat of the caller's tenant, or 404. */
export async function getInboxChat(ctx: Context, id: string): Promise<z.output<typeof inboxChat>> {
  await requireOpenHistory(ctx)
  const row = await store.findInboxChat(ctx.db.sql, tenantOf(ctx), id, ctx.clock.now())
  if (row === undefined) throw unknownThing('Chat')
  return chatToWire(ctx, row)
}
