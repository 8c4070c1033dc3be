import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { Person } from '../../../engine/events.ts'
import type { GroupInfo } from '../../../engine/groups.ts'
import { AppError, notFound } from '../../../platform/errors.ts'
import { displayName, findContactsByAddress } from '../../conversations/contacts/contacts.service.ts'
import {
  adoptMembers,
  createCustomGroup,
  getCustomGroup,
  type MemberInput,
  stageMembers,
} from '../../groups/custom-groups/custom-groups.service.ts'
import {
  getWorkingSession,
  listTenantSessions,
  type SessionRow,
} from '../../sessions/lifecycle/sessions.service.ts'
import {
  dropMembersJob,
  type fromWaGroupsAnswer,
  type fromWaGroupsBody,
  listToWire,
  type waGroupsAnswer,
} from './lists.schema.ts'

/** Rows of one statement: more would keep others waiting for the database. */
const step = 500
/** By then a list that is being made exists, or never will. */
const dropAfterMs = 60 * 60 * 1000

/** The groups of a session; none when it lost its connection meanwhile. */
async function groupsOf(ctx: Context, session: SessionRow): Promise<readonly GroupInfo[]> {
  try {
    return await ctx.engine.groups.list(session.id)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    ctx.log.warn({ session_id: session.id, code: error.code }, 'the groups of a session could not be listed')
    return []
  }
}

/** The groups of every working session of the caller, by name. */
export async function getWaGroups(ctx: Context): Promise<z.infer<typeof waGroupsAnswer>> {
  const working = (await listTenantSessions(ctx)).filter(({ status }) => status === 'working')
  const found = await Promise.all(
    working.map(async (session) => (await groupsOf(ctx, session)).map((group) => ({ session, group }))),
  )
  const groups = found
    .flat()
    // Nobody talks in a community itself, only in its groups.
    .filter(({ group }) => !group.isCommunity)
    .map(({ session, group }) => ({
      wa_group_id: group.chatId,
      name: group.subject,
      participant_count: group.memberCount,
      session_id: session.id,
      session_name: session.name,
    }))
    .sort((a, b) => a.name.localeCompare(b.name) || (a.wa_group_id < b.wa_group_id ? -1 : 1))
  return { groups, total: groups.length }
}

/** The people of a group as WhatsApp describes it; to whom it does not belong it is unknown. */
async function participantsOf(ctx: Context, sessionId: string, waGroupId: string): Promise<Person[]> {
  try {
    const { participants } = await ctx.engine.groups.get(sessionId, waGroupId)
    return participants.map(({ person }) => person)
  } catch (error) {
    if (!(error instanceof AppError) || (error.status !== 403 && error.status !== 404)) throw error
    throw notFound.create({ message: `The session is in no group ${waGroupId}`, cause: error })
  }
}

/** Fills in numbers and names that the tenant's contacts know. */
async function describePeople(ctx: Context, people: readonly Person[]): Promise<Person[]> {
  const contacts = []
  for (let from = 0; from < people.length; from += step) {
    const some = people.slice(from, from + step)
    const phones = some.flatMap(({ phone }) => phone ?? [])
    const lids = some.flatMap(({ phone, lid }) => (phone === null && lid !== null ? [lid] : []))
    contacts.push(...(await findContactsByAddress(ctx.db.sql, tenantOf(ctx), { phones, lids })))
  }
  const byPhone = new Map(contacts.map((contact) => [contact.phone, contact]))
  const byLid = new Map(contacts.map((contact) => [contact.lid, contact]))
  return people.map((person) => {
    const contact = person.phone === null ? byLid.get(person.lid) : byPhone.get(person.phone)
    if (contact === undefined) return person
    return { ...person, phone: person.phone ?? contact.phone, pushName: displayName(contact) }
  })
}

/** Who is in the groups: each number once, without the tenant's own, and how many could not be told. */
async function gather(ctx: Context, groups: z.output<typeof fromWaGroupsBody>['wa_groups']) {
  const wanted = new Map(groups.map((group) => [`${group.session_id} ${group.wa_group_id}`, group]))
  for (const sessionId of new Set(groups.map((group) => group.session_id)))
    await getWorkingSession(ctx, sessionId)
  const own = new Set((await listTenantSessions(ctx)).map(({ phoneNumber }) => phoneNumber))
  const members = new Map<string, MemberInput>()
  const [numbers, hidden] = [new Map<string, string>(), new Set<string>()]
  let seen = 0
  for (const group of wanted.values()) {
    const people = await participantsOf(ctx, group.session_id, group.wa_group_id)
    for (const { phone, lid, pushName } of await describePeople(ctx, people)) {
      if (phone === null && lid !== null) hidden.add(lid)
      if (phone !== null && lid !== null) numbers.set(lid, phone)
      if (phone === null || own.has(phone)) continue
      seen += 1
      if (!members.has(phone)) members.set(phone, { phone, name: pushName })
    }
  }
  // Who hides the number in one group may show it in another.
  const unresolved = [...hidden].filter((lid) => !numbers.has(lid)).length
  return { members: [...members.values()], duplicates: seen - members.size, unresolved }
}

/** Makes a list of everybody in WhatsApp groups; it appears when all are on it. */
export async function createListFromGroups(
  ctx: Context,
  { name, description = null, wa_groups: groups }: z.output<typeof fromWaGroupsBody>,
): Promise<z.infer<typeof fromWaGroupsAnswer>> {
  const tenantId = tenantOf(ctx)
  const { members, duplicates, unresolved } = await gather(ctx, groups)
  const id = ctx.ids.uuid()
  // Whatever happens before the list is there: nobody is left behind.
  await ctx.db.transaction((sql) =>
    ctx.jobs.add(sql, dropMembersJob, { tenantId, groupId: id }, { delayMs: dropAfterMs }),
  )
  for (let from = 0; from < members.length; from += step)
    await stageMembers(ctx, ctx.db.sql, tenantId, id, members.slice(from, from + step))
  return ctx.db.transaction(async (sql) => {
    await createCustomGroup(ctx, sql, tenantId, { id, name, description })
    await adoptMembers(ctx, sql, tenantId, id, members.length)
    const list = listToWire(await getCustomGroup(sql, tenantId, id))
    return { ...list, imported: members.length, duplicates_skipped: duplicates, unresolved }
  })
}
