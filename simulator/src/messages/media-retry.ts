import { type BinaryNode, proto } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import { sentMessagesOf } from '../content/sent-messages.ts'
import { messageOnPhone } from '../delivery/screen.ts'
import { faultsOf } from '../faults/model.ts'
import { openRetryRequest, sealRetryAnswer } from '../media/crypto.ts'
import { type FoundMedia, mediaPartOf } from '../media/part.ts'
import { mediaOf } from '../media/store.ts'
import { bytesOf, child, seconds, stanza } from '../stanza.ts'
import type { World } from '../world.ts'

const { ResultType } = proto.MediaRetryNotification

/**
 * A client could not get a file and asks its own phone to upload it again. The phone answers under a key made
 * from that of the file. Source: `updateMediaMessage` and `decodeMediaRetryNode` of Baileys.
 */
export function receiveMediaRetry(world: World, companion: Companion, node: BinaryNode): void {
  const { account } = companion
  const id = node.attrs.id ?? ''
  const request = child(node, 'rmr')
  const content = answerFor(world, account, id, child(node, 'encrypt'))
  const attrs = { from: account.jid, type: 'mediaretry', id, t: seconds() }
  companion.queue.add(
    stanza('notification', attrs, [content, stanza('rmr', { ...request?.attrs, jid: request?.attrs.jid })]),
  )
}

function answerFor(
  world: World,
  account: Account,
  id: string,
  encrypted: BinaryNode | undefined,
): BinaryNode {
  const found =
    messageOnPhone(world, account, id) && mediaPartOf(sentMessagesOf(world).get(id)?.message ?? {})
  const mediaKey = found?.part.mediaKey
  if (!found || !mediaKey?.length) return stanza('error', { code: ResultType.NOT_FOUND })
  if (encrypted && !isFor(id, mediaKey, encrypted)) {
    return stanza('error', { code: ResultType.DECRYPTION_ERROR })
  }
  const directPath = reupload(world, account, found)
  const { iv, payload } = sealRetryAnswer(mediaKey, id, {
    stanzaId: id,
    ...(directPath ? { directPath, result: ResultType.SUCCESS } : { result: ResultType.NOT_FOUND }),
  })
  return stanza('encrypt', {}, [stanza('enc_p', {}, payload), stanza('enc_iv', {}, iv)])
}

function isFor(id: string, mediaKey: Uint8Array, encrypted: BinaryNode): boolean {
  try {
    const iv = bytesOf(child(encrypted, 'enc_iv'))
    return openRetryRequest(mediaKey, id, iv, bytesOf(child(encrypted, 'enc_p'))).stanzaId === id
  } catch {
    // Sealed under another key, or not sealed at all: the phone cannot know which file is meant.
    return false
  }
}

/** Puts the file under a new path, which the message has from now on. Undefined when the phone lost it as well. */
function reupload(world: World, account: Account, { part }: FoundMedia): string | undefined {
  const file = mediaOf(world).find(part.directPath)
  if (!file || faultsOf(world).take('media_lost', account.phone)) return undefined
  const directPath = mediaOf(world).put(file.bytes, file.by, true)
  const renewed = mediaOf(world).find(directPath)
  if (renewed && file.chat) renewed.chat = file.chat
  part.directPath = directPath
  part.url = mediaOf(world).urlOf(directPath)
  return directPath
}
