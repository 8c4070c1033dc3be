import type { BaileysEventMap } from 'baileys'
import type { ChatChange, MessageChange } from '../events.ts'
import type { Arrival } from '../inbound/inbox.ts'
import type { UpdateContext } from './update-context.ts'

/** A mute without end, as the phone writes it; published as the last date there is. */
const endless = new Date('9999-12-31T00:00:00Z')

type Update = BaileysEventMap['chats.update'][number]

/** Settings of chats (app state); what else the library says of chats it concluded from messages, as we do. */
export async function readChats(
  updates: readonly Update[],
  context: UpdateContext,
): Promise<Arrival | undefined> {
  const chats: ChatChange[] = []
  for (const update of updates) {
    const change = changeOf(update)
    if (change === undefined || !update.id) continue
    const chatId = await context.addresses.chatIdOfJid(update.id)
    if (chatId !== undefined) chats.push({ ...ids(context), chatId, ...change })
  }
  return chats.length === 0 ? undefined : { chats }
}

/** Chats deleted on the phone. */
export async function readDeletedChats(
  jids: BaileysEventMap['chats.delete'],
  context: UpdateContext,
): Promise<Arrival> {
  const chatIds = await Promise.all(jids.map((jid) => context.addresses.chatIdOfJid(jid)))
  const known = chatIds.filter((chatId) => chatId !== undefined)
  return { chats: known.map((chatId) => ({ ...ids(context), chatId, isDeleted: true })) }
}

/** Messages starred on the phone or another device. */
export async function readStars(
  updates: BaileysEventMap['messages.update'],
  context: UpdateContext,
): Promise<Arrival | undefined> {
  const changes: MessageChange[] = []
  for (const { key, update } of updates) {
    if (typeof update.starred !== 'boolean' || !key.id || !key.remoteJid) continue
    const chatId = await context.addresses.chatIdOfJid(key.remoteJid)
    if (chatId === undefined) continue
    const target = { waMessageId: key.id, isFromMe: key.fromMe === true, sender: null }
    const change = { kind: 'star' as const, isStarred: update.starred }
    changes.push({ ...ids(context), chatId, target, actor: null, at: context.now, change })
  }
  return changes.length === 0 ? undefined : { changes }
}

/** Source: `processSyncAction` of Baileys 7 (`chat-utils.js`): 0 is read, -1 marked as unread, more are new messages. */
function changeOf(
  update: Update,
): Pick<ChatChange, 'isArchived' | 'isPinned' | 'mutedUntil' | 'isRead'> | undefined {
  const change = {
    ...(typeof update.archived === 'boolean' ? { isArchived: update.archived } : {}),
    ...('pinned' in update ? { isPinned: Boolean(update.pinned) } : {}),
    ...('muteEndTime' in update ? { mutedUntil: readMute(update.muteEndTime) } : {}),
    ...(update.unreadCount === 0 ? { isRead: true } : {}),
    ...(update.unreadCount === -1 ? { isRead: false } : {}),
  }
  return Object.keys(change).length === 0 ? undefined : change
}

/** When a mute ends: phones write milliseconds, older ones seconds; -1 and 0 are without end. */
export function readMute(end: unknown): Date | null {
  if (end === null || end === undefined) return null
  const value = Number(end)
  if (!Number.isFinite(value) || value <= 0) return endless
  return new Date(Math.min(value < 1e11 ? value * 1000 : value, endless.getTime()))
}

function ids({ tenantId, sessionId }: UpdateContext): { tenantId: string; sessionId: string } {
  return { tenantId, sessionId }
}
