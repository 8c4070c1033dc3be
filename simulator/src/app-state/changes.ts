import { proto, type WAPatchCreate, type WAPatchName } from 'baileys'

/**
 * What a phone writes into the app state. Collections, indexes and versions are those that clients write
 * themselves. Source: `chatModificationToAppPatch` of Baileys.
 */
function set(
  type: WAPatchName,
  apiVersion: number,
  index: string[],
  syncAction: proto.ISyncActionValue,
): WAPatchCreate {
  return { type, apiVersion, index, syncAction, operation: proto.SyncdMutation.SyncdOperation.SET }
}

/** A change that the owner made at another time (ISO time): the phone was offline meanwhile. */
export function madeAt(change: WAPatchCreate, at: string | undefined): WAPatchCreate {
  if (at === undefined) return change
  return { ...change, syncAction: { ...change.syncAction, timestamp: Date.parse(at) } }
}

const flag = (on: boolean) => (on ? '1' : '0')

/** A message as the app state names it. `author` is who wrote it when it is another member of a group. */
export type MessageName = { chat: string; id: string; fromMe: boolean; author?: string }

export const archived = (chat: string, on: boolean) =>
  set('regular_low', 3, ['archive', chat], {
    archiveChatAction: { archived: on, messageRange: { lastMessageTimestamp: nowSeconds() } },
  })

export const pinned = (chat: string, on: boolean) =>
  set('regular_low', 5, ['pin_v1', chat], { pinAction: { pinned: on } })

/** `until` in milliseconds; -1 is for ever, undefined ends it. */
export const muted = (chat: string, until: number | undefined) =>
  set('regular_high', 2, ['mute', chat], {
    muteAction: { muted: until !== undefined, ...(until !== undefined && { muteEndTimestamp: until }) },
  })

export const markedRead = (chat: string, read: boolean) =>
  set('regular_low', 3, ['markChatAsRead', chat], {
    markChatAsReadAction: { read, messageRange: { lastMessageTimestamp: nowSeconds() } },
  })

export const deletedChat = (chat: string) =>
  set('regular_high', 6, ['deleteChat', chat, '1'], {
    deleteChatAction: { messageRange: { lastMessageTimestamp: nowSeconds() } },
  })

export const clearedChat = (chat: string) =>
  set('regular_high', 6, ['clearChat', chat, '1', '0'], {
    clearChatAction: { messageRange: { lastMessageTimestamp: nowSeconds() } },
  })

export const lockedChat = (chat: string, on: boolean) =>
  set('regular_low', 7, ['lock', chat], { lockChatAction: { locked: on } })

export const starred = ({ chat, id, fromMe, author }: MessageName, on: boolean) =>
  set('regular_low', 2, ['star', chat, id, flag(fromMe), author ?? '0'], { starAction: { starred: on } })

export const deletedMessage = ({ chat, id, fromMe, author }: MessageName) =>
  set('regular_high', 3, ['deleteMessageForMe', chat, id, flag(fromMe), author ?? '0'], {
    deleteMessageForMeAction: { deleteMedia: true, messageTimestamp: nowSeconds() },
  })

export const namedContact = (jid: string, contact: proto.SyncActionValue.IContactAction) =>
  set('critical_unblock_low', 2, ['contact', jid], { contactAction: contact })

/** The entry is taken out of the address book: the one change that removes instead of writing. */
export const removedContact = (jid: string): WAPatchCreate => ({
  ...namedContact(jid, {}),
  operation: proto.SyncdMutation.SyncdOperation.REMOVE,
})

export const label = (id: string, edit: proto.SyncActionValue.ILabelEditAction) =>
  set('regular', 3, ['label_edit', id], { labelEditAction: edit })

export const labeledChat = (labelId: string, chat: string, on: boolean) =>
  set('regular', 3, ['label_jid', labelId, chat], { labelAssociationAction: { labeled: on } })

export const labeledMessage = (labelId: string, { chat, id }: MessageName, on: boolean) =>
  set('regular', 3, ['label_message', labelId, chat, id, '0', '0'], {
    labelAssociationAction: { labeled: on },
  })

export const quickReply = (id: string, reply: proto.SyncActionValue.IQuickReplyAction) =>
  set('regular', 2, ['quick_reply', id], { quickReplyAction: { count: 0, keywords: [], ...reply } })

export const pushName = (name: string) =>
  set('critical_block', 1, ['setting_pushName'], { pushNameSetting: { name } })

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
