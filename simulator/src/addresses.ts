import type { Account, Addressing } from './accounts.ts'

/** The chat in which everybody's status posts are. */
export const statusChat = 'status@broadcast'

/** Attributes that say who wrote a 1:1 message, under the address the person is known by. */
export function authorAttributes(account: Account, device = 0): Record<string, string> {
  return account.addressing === 'lid'
    ? { from: account.deviceLid(device), sender_pn: account.jid, addressing_mode: 'lid' }
    : { from: account.deviceJid(device), sender_lid: account.lidJid, addressing_mode: 'pn' }
}

/** Attributes that say who wrote through a broadcast list. Source: `decodeMessageNode` of Baileys, whatsmeow's `parseMessageSource`. */
export function listAttributes(account: Account, list: string): Record<string, string> {
  return account.addressing === 'lid'
    ? { from: list, participant: account.lidJid, participant_pn: account.jid, addressing_mode: 'lid' }
    : { from: list, participant: account.jid, participant_lid: account.lidJid, addressing_mode: 'pn' }
}

/** The jid under which a person's chat is kept. */
export function chatJid(account: Account, addressing: Addressing = account.addressing): string {
  return addressing === 'lid' ? account.lidJid : account.jid
}

/**
 * Attributes of a copy of an own message for a linked device. The peer's other address travels as
 * `peer_recipient_*`: under `sender_*` a client would take it for another name of its own account.
 */
export function ownCopyAttributes(account: Account, peer: Account, device = 0): Record<string, string> {
  return peer.addressing === 'lid'
    ? {
        from: account.deviceLid(device),
        recipient: peer.lidJid,
        peer_recipient_pn: peer.jid,
        addressing_mode: 'lid',
      }
    : {
        from: account.deviceJid(device),
        recipient: peer.jid,
        peer_recipient_lid: peer.lidJid,
        addressing_mode: 'pn',
      }
}
