import type { proto } from 'baileys'
import type { Companion } from '../accounts.ts'
import { messageId, seconds, stanza } from '../stanza.ts'
import { encryptFor } from './outgoing.ts'

/** A message from the own phone to one linked device that is no chat message. Resolves with its id. */
export async function sendPeerMessage(companion: Companion, message: proto.IMessage): Promise<string> {
  const { account } = companion
  const id = messageId()
  await account.inOrder(async () => {
    const { type, ciphertext } = await encryptFor(account, companion, message)
    const attrs = { from: account.jid, id, type: 'text', category: 'peer', t: seconds() }
    companion.queue.add(stanza('message', attrs, [stanza('enc', { v: '2', type }, ciphertext)]))
  })
  return id
}
