import type { BinaryNode } from 'baileys'
import type { GroupSettings } from '../groups.ts'
import type { ChatId } from '../ids.ts'
import { ask, type Refusals, translating } from '../library/ask.ts'
import { generateMessageIDV2 } from '../library/library.ts'
import type { Connection } from '../session/connection.ts'

/** Changes one setting after the other; what came before a refusal stays changed. Source: `groups.js` of Baileys 7. */
export async function changeGroupSettings(
  connection: Connection,
  chatId: ChatId,
  settings: GroupSettings,
  refusals: Refusals,
): Promise<void> {
  const changes = simpleChanges(settings)
  const { description } = settings
  if (description !== undefined) {
    changes.unshift(await describeChange(connection, chatId, description, refusals))
  }
  for (const content of changes) {
    const attrs = { type: 'set', xmlns: 'w:g2', to: chatId }
    await ask(connection.socket, { tag: 'iq', attrs, content: [content] }, refusals)
  }
}

function simpleChanges(settings: GroupSettings): BinaryNode[] {
  const { subject, isAnnouncement, isLocked, hasJoinApproval, membersAddedBy, ephemeralSeconds } = settings
  const changes: BinaryNode[] = []
  const add = (tag: string, attrs: Record<string, string> = {}, content?: BinaryNode['content']) =>
    changes.push({ tag, attrs, ...(content === undefined ? {} : { content }) })
  if (subject !== undefined) add('subject', {}, Buffer.from(subject, 'utf8'))
  if (isAnnouncement !== undefined) add(isAnnouncement ? 'announcement' : 'not_announcement')
  if (isLocked !== undefined) add(isLocked ? 'locked' : 'unlocked')
  if (membersAddedBy !== undefined) {
    add('member_add_mode', {}, membersAddedBy === 'everyone' ? 'all_member_add' : 'admin_add')
  }
  if (hasJoinApproval !== undefined) {
    const state = hasJoinApproval ? 'on' : 'off'
    add('membership_approval_mode', {}, [{ tag: 'group_join', attrs: { state } }])
  }
  if (ephemeralSeconds === null) add('not_ephemeral')
  else if (ephemeralSeconds !== undefined) add('ephemeral', { expiration: String(ephemeralSeconds) })
  return changes
}

/** WhatsApp takes a new description only together with the id of the one it replaces. */
async function describeChange(
  connection: Connection,
  chatId: ChatId,
  description: string | null,
  refusals: Refusals,
): Promise<BinaryNode> {
  const group = await translating(() => connection.groups.refresh(chatId), refusals)
  const previous: Record<string, string> = group.descId === undefined ? {} : { prev: group.descId }
  if (description === null || description === '') {
    return { tag: 'description', attrs: { delete: 'true', ...previous } }
  }
  const body = { tag: 'body', attrs: {}, content: Buffer.from(description, 'utf8') }
  return { tag: 'description', attrs: { id: generateMessageIDV2(), ...previous }, content: [body] }
}
