import type { Context } from '../../../context.ts'
import type { MessageChange, Person } from '../../../engine/events.ts'
import { parsePhone, phoneOf } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { displayName, personKey, resolveContacts } from '../contacts/contacts.service.ts'
import { countVotes, openDetails } from '../messages/message-details.service.ts'
import { pollVoted } from '../messages/message-events.schema.ts'
import {
  changeOf,
  deleteStored,
  type Edit,
  editStored,
  starStored,
  type TargetRow,
} from './changed-message.service.ts'
import { deferUpdates } from './deferred-updates.service.ts'
import { mergeContactsWith } from './merge-contacts.service.ts'
import { listTargets, listVotes, upsertVote } from './targets.store.ts'

function isSame(row: TargetRow, phone: string | null, lid: string | null): boolean {
  return (phone !== null && row.senderPhone === phone) || (lid !== null && row.senderLid === lid)
}

/** An edit as it is told; older ones that were kept for their message have nothing but the text. */
function editOf({ text, mentions, proto }: Extract<MessageChange['change'], { kind: 'edit' }>): Edit {
  return { text, mentions, proto: proto === undefined ? undefined : Buffer.from(proto, 'base64') }
}

/** Whether who changes a message wrote it: ids are chosen by senders, so anybody could name another's. */
function isAuthor(target: TargetRow, actor: Person | null): boolean {
  if (actor === null) return target.direction === 'outbound'
  return target.direction === 'inbound' && isSame(target, actor.phone, actor.lid)
}

/** In a group WhatsApp lets admins take others' messages back as well, and only them. */
function mayRevoke(target: TargetRow, actor: Person | null): boolean {
  return isAuthor(target, actor) || target.kind === 'group'
}

async function findTarget(sql: Sql, change: MessageChange): Promise<TargetRow | undefined> {
  const { tenantId, sessionId, chatId, target, actor } = change
  const digits = parsePhone(chatId) ?? null
  const ref = { tenantId, sessionId, waMessageId: target.waMessageId, isFromMe: target.isFromMe }
  const found = await listTargets(sql, ref, { waChatId: chatId, digits })
  if (found.length < 2) return found[0]
  const author = target.sender === null ? null : (parsePhone(target.sender) ?? null)
  return found.find((row) => isSame(row, author, author)) ?? found.find((row) => isAuthor(row, actor))
}

async function vote(
  ctx: Context,
  sql: Sql,
  target: TargetRow,
  { actor, at, tenantId }: MessageChange,
  chosen: readonly string[],
): Promise<void> {
  const poll = openDetails(ctx, target.id, target.details)?.poll
  if (poll === undefined) return
  const options = [...new Set(chosen.map((text) => poll.options.indexOf(text)))]
    .filter((index) => index >= 0)
    .sort()
  const voter =
    actor === null
      ? null
      : (await resolveContacts(ctx, sql, tenantId, [actor], mergeContactsWith(ctx))).get(personKey(actor))
  if (voter === undefined) return
  const isChanged = await upsertVote(sql, {
    tenantId,
    messageId: target.id,
    voterContactId: voter?.id ?? null,
    options,
    at,
  })
  if (!isChanged) return
  const votes = await listVotes(sql, tenantId, target.id)
  await ctx.events.publish(sql, pollVoted, {
    ...changeOf(target, poll.title, at),
    voterPhone: voter === null || voter.phone === null ? null : phoneOf(voter.phone),
    voterName: voter === null ? null : displayName(voter),
    chosen: options.map((index) => poll.options[index] ?? ''),
    options: countVotes(poll.options, votes),
  })
}

async function applyOne(ctx: Context, sql: Sql, update: MessageChange): Promise<void> {
  const target = await findTarget(sql, update)
  if (target === undefined) {
    const { tenantId, sessionId } = update
    const { waMessageId } = update.target
    // An edit may overtake what it edits: a message that could not be read at first comes again, and later.
    await deferUpdates(ctx, sql, [
      { tenantId, sessionId, waMessageId, deferred: { kind: 'change', change: update } },
    ])
    return
  }
  const { change, actor, at } = update
  switch (change.kind) {
    case 'edit':
      if (isAuthor(target, actor)) await editStored(ctx, sql, target, editOf(change), at)
      return
    case 'revoke':
      if (mayRevoke(target, actor)) await deleteStored(ctx, sql, target, at)
      return
    case 'vote':
      return vote(ctx, sql, target, update, change.options)
    case 'star':
      return starStored(sql, target.tenantId, target.id, change.isStarred)
  }
}

/**
 * Applies what happened to messages that are known, in one transaction, and publishes each change once. What refers to
 * a message nobody knows waits for it for a day; what is not its author's to change is left out.
 */
export async function applyChanges(ctx: Context, changes: readonly MessageChange[]): Promise<void> {
  await retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      await applyChangesIn(ctx, sql, changes)
    }),
  )
}

/** The same in an open transaction. */
export async function applyChangesIn(
  ctx: Context,
  sql: Sql,
  changes: readonly MessageChange[],
): Promise<void> {
  for (const change of changes) await applyOne(ctx, sql, change)
}
