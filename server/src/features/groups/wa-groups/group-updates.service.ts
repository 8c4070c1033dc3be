import type { Context } from '../../../context.ts'
import type { AddressMapping, GroupUpdate, Person } from '../../../engine/events.ts'
import type { GroupInfo } from '../../../engine/groups.ts'
import { chatKind, phoneOf } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { applyGroups } from '../../conversations/chats/chats.service.ts'
import { storableText } from '../../conversations/messages/message-text.service.ts'
import { completeMembers, deleteMembers, listMembers, upsertMembers } from './group-members.store.ts'
import { changeMembers, describeMembers, type MemberChanges } from './member-changes.ts'
import { type GroupChange, type GroupUpdated, groupUpdated } from './wa-groups.schema.ts'
import { lockGroup, updateGroup } from './wa-groups.store.ts'
import type { WaGroupMemberRow, WaGroupRow } from './wa-groups.tables.ts'

/** Stores updates of groups from WhatsApp: names, members, whether the account is in. */
export async function applyGroupUpdates(ctx: Context, received: readonly GroupUpdate[]): Promise<void> {
  const updates = received.map(storable)
  await applyGroups(ctx, updates)
  const groups = updates.filter(({ chatId }) => chatKind(chatId) === 'group')
  for (const update of groups)
    await retryDeadlocks(() => ctx.db.transaction((sql) => applyUpdate(ctx, sql, update)))
}

/** Members choose these texts: what the database cannot keep would be delivered again for ever. */
function storable(update: GroupUpdate): GroupUpdate {
  const { subject, description } = update
  return {
    ...update,
    subject: subject === null ? null : storableText(subject),
    ...(typeof description === 'string' ? { description: storableText(description) } : {}),
  }
}

/** Keeps a group as WhatsApp described it to an answer of ours, so that it is known before its updates arrive. */
export function storeGroup(
  ctx: Context,
  tenantId: string,
  sessionId: string,
  group: GroupInfo,
): Promise<void> {
  const { chatId, subject, description, participants } = group
  return applyGroupUpdates(ctx, [{ tenantId, sessionId, chatId, subject, description, participants }])
}

/** Members that were known by one address get the other. */
export async function completeGroupMembers(ctx: Context, mappings: readonly AddressMapping[]): Promise<void> {
  for (const [tenantId, own] of Map.groupBy(mappings, (mapping) => mapping.tenantId)) {
    const pairs = own.map(({ phone, lid }) => ({ phone, lid }))
    await retryDeadlocks(() => ctx.db.transaction((sql) => completeMembers(sql, tenantId, pairs)))
  }
}

async function applyUpdate(ctx: Context, sql: Sql, update: GroupUpdate): Promise<void> {
  const { tenantId, sessionId, chatId: waGroupId } = update
  const now = ctx.clock.now()
  const found = await lockGroup(sql, { tenantId, sessionId, waGroupId }, now)
  if (found === undefined) return
  const { row } = found
  const isMember = update.isGone !== true
  await updateGroup(sql, row, {
    ...(update.subject === null ? {} : { name: update.subject }),
    ...(update.description === undefined ? {} : { description: update.description }),
    ...(update.participants === undefined ? {} : { describedAt: now }),
    isMember,
    updatedAt: now,
  })
  const isMembershipNew = await applyMembers(ctx, sql, update, row)
  if (found.isNew && update.changed === undefined) return
  const changes = changesOf(update, row, isMembershipNew)
  const payloads = changes.map((change) => payloadOf(update, row, change))
  await ctx.events.publishMany(sql, groupUpdated, payloads)
}

/** Writes who is in now; answers whether that changed anything. */
async function applyMembers(ctx: Context, sql: Sql, update: GroupUpdate, row: WaGroupRow): Promise<boolean> {
  const { participants, changed, isGone } = update
  if (isGone === true) {
    await deleteMembers(sql, row)
    await updateGroup(sql, row, { describedAt: null })
    return row.isMember
  }
  if (participants === undefined && changed === undefined) return false
  const known = await listMembers(sql, row)
  const newRow = (person: Person, role: WaGroupMemberRow['role']): WaGroupMemberRow => {
    const { tenantId, sessionId, waGroupId } = row
    return { id: ctx.ids.uuid(), tenantId, sessionId, waGroupId, phone: person.phone, lid: person.lid, role }
  }
  const none: MemberChanges = { upserts: [], deletes: [] }
  const next =
    participants !== undefined
      ? describeMembers(known, participants, newRow)
      : changed === undefined
        ? none
        : changeMembers(known, changed.action, changed.people, newRow)
  await deleteMembers(sql, row, next.deletes)
  await upsertMembers(sql, next.upserts)
  // Where only some members are known, a change may be new although nothing had to be written.
  return next.upserts.length > 0 || next.deletes.length > 0 || row.describedAt === null
}

function changesOf(update: GroupUpdate, before: WaGroupRow, isMembershipNew: boolean): GroupChange[] {
  const changes: GroupChange[] = []
  if (update.changed !== undefined && isMembershipNew) changes.push(update.changed.action)
  if (update.subject !== null && update.subject !== before.name && before.name !== null)
    changes.push('subject')
  if (
    update.description !== undefined &&
    before.describedAt !== null &&
    update.description !== before.description
  )
    changes.push('description')
  if (update.isGone === true && before.isMember) changes.push('gone')
  return changes
}

function payloadOf(update: GroupUpdate, before: WaGroupRow, change: GroupChange): GroupUpdated {
  const people = update.changed !== undefined && change === update.changed.action ? update.changed.people : []
  return {
    tenantId: update.tenantId,
    sessionId: update.sessionId,
    waGroupId: update.chatId,
    change,
    name: update.subject ?? before.name,
    description: update.description === undefined ? before.description : update.description,
    participants: people.map(({ phone, lid }) => ({
      phone: phoneOf(phone),
      chatId: `${phone ?? lid}@c.us`,
    })),
    actorPhone: phoneOf(update.actor?.phone ?? null),
  }
}
