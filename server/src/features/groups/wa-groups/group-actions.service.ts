import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { Person } from '../../../engine/events.ts'
import type { GroupInfo, GroupSettings, ParticipantResult } from '../../../engine/groups.ts'
import { type ChatId, phoneOf } from '../../../engine/ids.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { chooseSession, requireAllowedNumbers } from './group-sessions.ts'
import { storeGroup } from './group-updates.service.ts'
import type {
  createdGroup,
  GroupSettingsInput,
  inviteAnswer,
  inviteInfoAnswer,
  joinAnswer,
  joinRequestsAnswer,
  participantsAnswer,
  waGroupObject,
} from './wa-groups.schema.ts'

const chatIdOf = ({ phone, lid }: Pick<Person, 'phone' | 'lid'>): ChatId => `${phone ?? lid}@c.us`

function groupToWire(sessionId: string, group: GroupInfo): z.infer<typeof waGroupObject> {
  return {
    wa_group_id: group.chatId,
    session_id: sessionId,
    name: group.subject,
    description: group.description,
    owner_phone: phoneOf(group.owner?.phone ?? null),
    member_count: group.memberCount,
    is_admin: group.isAdmin,
    announce: group.isAnnouncement,
    locked: group.isLocked,
    join_approval: group.hasJoinApproval,
    member_add_mode: group.membersAddedBy,
    ephemeral_seconds: group.ephemeralSeconds,
    is_community: group.isCommunity,
    wa_community_id: group.communityId,
    created_at: toTimestampOrNull(group.createdAt),
    participants: group.participants.map(({ person, role }) => ({
      phone: phoneOf(person.phone),
      wa_chat_id: chatIdOf(person),
      role,
    })),
  }
}

const inviteUrl = (code: string): string => `https://chat.whatsapp.com/${code}`

function invitationOf({ invitation }: ParticipantResult) {
  if (invitation === undefined) return null
  const { code, expiresAt } = invitation
  return { code, url: inviteUrl(code), expires_at: toTimestampOrNull(expiresAt) }
}

function resultsToWire(
  waGroupId: string,
  results: readonly ParticipantResult[],
): z.infer<typeof participantsAnswer> {
  return {
    wa_group_id: waGroupId,
    results: results.map((result) => ({
      phone: phoneOf(result.chatId),
      success: result.status === 'done',
      error: result.status === 'invited' ? 'invited' : result.error,
      invitation: invitationOf(result),
    })),
  }
}

/** Makes a group with people in it. */
export async function createGroup(
  ctx: Context,
  sessionId: string,
  name: string,
  participants: readonly ChatId[],
): Promise<z.infer<typeof createdGroup>> {
  await getWorkingSession(ctx, sessionId)
  await requireAllowedNumbers(ctx, participants)
  const { group, results } = await ctx.engine.groups.create(sessionId, name, participants)
  await storeGroup(ctx, tenantOf(ctx), sessionId, group)
  return {
    wa_group_id: group.chatId,
    name: group.subject,
    session_id: sessionId,
    participants: results.map((result) => ({
      phone: phoneOf(result.chatId),
      status: result.status === 'done' ? 'added' : result.status,
      error: result.error,
      invitation: invitationOf(result),
    })),
    created_at: toTimestamp(group.createdAt ?? ctx.clock.now()),
  }
}

/** Adds, removes, promotes or demotes members; says for each person what became of it. */
export async function changeParticipants(
  ctx: Context,
  action: 'add' | 'remove' | 'promote' | 'demote',
  waGroupId: ChatId,
  input: { session_id?: string | undefined; participants: readonly ChatId[] },
): Promise<z.infer<typeof participantsAnswer>> {
  const sessionId = await chooseSession(ctx, waGroupId, input.session_id)
  if (action === 'add') await requireAllowedNumbers(ctx, input.participants)
  const { groups } = ctx.engine
  const results = await groups.changeParticipants(sessionId, waGroupId, action, input.participants)
  return resultsToWire(waGroupId, results)
}

/** A group with its members, as WhatsApp describes it. */
export async function describeGroup(
  ctx: Context,
  waGroupId: ChatId,
  session: string | undefined,
): Promise<z.infer<typeof waGroupObject>> {
  const sessionId = await chooseSession(ctx, waGroupId, session)
  return groupToWire(sessionId, await ctx.engine.groups.get(sessionId, waGroupId))
}

/** The engine's names of what a caller wants changed; what is not given stays out. */
function toSettings(input: GroupSettingsInput): GroupSettings {
  const settings: { [K in keyof GroupSettings]: GroupSettings[K] | undefined } = {
    subject: input.subject,
    description: input.description === '' ? null : input.description,
    isAnnouncement: input.announce,
    isLocked: input.locked,
    hasJoinApproval: input.join_approval,
    membersAddedBy: input.member_add_mode,
    ephemeralSeconds: input.ephemeral_seconds === 0 ? null : input.ephemeral_seconds,
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

/** Changes what is given and answers the whole group. */
export async function changeGroupSettings(
  ctx: Context,
  waGroupId: ChatId,
  input: GroupSettingsInput,
): Promise<z.infer<typeof waGroupObject>> {
  const sessionId = await chooseSession(ctx, waGroupId, input.session_id)
  return groupToWire(
    sessionId,
    await ctx.engine.groups.changeSettings(sessionId, waGroupId, toSettings(input)),
  )
}

/** The link that lets people into a group; with `revoke` a new one, and the old one is of no use any more. */
export async function getInvite(
  ctx: Context,
  waGroupId: ChatId,
  session: string | undefined,
  options: { revoke: boolean },
): Promise<z.infer<typeof inviteAnswer>> {
  const sessionId = await chooseSession(ctx, waGroupId, session)
  const code = await ctx.engine.groups.inviteCode(sessionId, waGroupId, options)
  return { wa_group_id: waGroupId, code, url: inviteUrl(code) }
}

/** What an invitation leads to, before anybody accepts it. */
export async function getInviteInfo(
  ctx: Context,
  sessionId: string,
  code: string,
): Promise<z.infer<typeof inviteInfoAnswer>> {
  await getWorkingSession(ctx, sessionId)
  const { chatId, subject, description, memberCount } = await ctx.engine.groups.inviteInfo(sessionId, code)
  return { wa_group_id: chatId, name: subject, description, member_count: memberCount }
}

/** Accepts an invitation. */
export async function joinGroup(
  ctx: Context,
  sessionId: string,
  code: string,
): Promise<z.infer<typeof joinAnswer>> {
  await getWorkingSession(ctx, sessionId)
  const waGroupId = await ctx.engine.groups.acceptInvite(sessionId, code)
  return { status: waGroupId === null ? 'requested' : 'joined', wa_group_id: waGroupId }
}

/** Who waits for an admin to be let in. */
export async function listJoinRequests(
  ctx: Context,
  waGroupId: ChatId,
  session: string | undefined,
): Promise<z.infer<typeof joinRequestsAnswer>> {
  const sessionId = await chooseSession(ctx, waGroupId, session)
  const requests = await ctx.engine.groups.joinRequests(sessionId, waGroupId)
  return {
    wa_group_id: waGroupId,
    requests: requests.map(({ person, requestedAt }) => ({
      phone: phoneOf(person.phone),
      wa_chat_id: chatIdOf(person),
      requested_at: toTimestampOrNull(requestedAt),
    })),
  }
}

/** Lets people in or not. */
export async function decideJoinRequests(
  ctx: Context,
  waGroupId: ChatId,
  input: {
    session_id?: string | undefined
    decision: 'approve' | 'reject'
    participants: readonly ChatId[]
  },
): Promise<z.infer<typeof participantsAnswer>> {
  const sessionId = await chooseSession(ctx, waGroupId, input.session_id)
  const { groups } = ctx.engine
  const results = await groups.decideJoinRequests(sessionId, waGroupId, input.decision, input.participants)
  return resultsToWire(waGroupId, results)
}

/** Takes the session's account out of a group. */
export async function leaveGroup(
  ctx: Context,
  waGroupId: ChatId,
  session: string | undefined,
): Promise<void> {
  const sessionId = await chooseSession(ctx, waGroupId, session)
  await ctx.engine.groups.leave(sessionId, waGroupId)
}
