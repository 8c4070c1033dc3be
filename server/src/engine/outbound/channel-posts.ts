import type { BinaryNode, proto, WASocket } from 'baileys'
import { ask } from '../library/ask.ts'
import { childOf, childrenOf } from '../library/binary-nodes.ts'
import { proto as protocol } from '../library/library.ts'
import type { PreparedMessage } from './prepare-outbound.ts'

/** Posts that are asked for: what may have left is among the newest. */
const newestPosts = 50

/**
 * Whether a channel has a post under this id; throws when that cannot be found out. Source: `GetNewsletterMessages` of
 * whatsmeow.
 */
export async function isPublished(
  socket: Pick<WASocket, 'query'>,
  channel: string,
  stanzaId: string,
): Promise<boolean> {
  const wanted = { type: 'jid', jid: channel, count: String(newestPosts) }
  const attrs = { type: 'get', to: '@s.whatsapp.net', xmlns: 'newsletter' }
  const answer = await ask(socket, { tag: 'iq', attrs, content: [{ tag: 'messages', attrs: wanted }] })
  return childrenOf(childOf(answer, 'messages'), 'message').some(({ attrs: { id } }) => id === stanzaId)
}

/** A post, an edit or a deletion of one, as the stanza channels take: not encrypted (source: whatsmeow `sendNewsletter`). */
export function channelStanza(prepared: PreparedMessage): BinaryNode {
  const { jid, message, stanzaId, attributes, mediaHandle } = prepared
  const change = message.editedMessage?.message?.protocolMessage ?? message.protocolMessage
  const isRevoke = change?.type === protocol.Message.ProtocolMessage.Type.REVOKE
  const content = change ? (change.editedMessage ?? undefined) : message
  const mediatype = content === undefined ? undefined : mediaTypeOf(content)
  return {
    tag: 'message',
    attrs: {
      to: jid,
      id: stanzaId,
      type: content === undefined ? 'text' : stanzaTypeOf(content, mediatype),
      // Admins change posts, whoever wrote them.
      ...(attributes.edit !== undefined && { edit: isRevoke ? '8' : '3' }),
      ...(mediaHandle !== undefined && { media_id: mediaHandle }),
    },
    content: [
      ...prepared.nodes,
      {
        tag: 'plaintext',
        attrs: mediatype === undefined ? {} : { mediatype },
        ...(isRevoke || content === undefined ? {} : { content: protocol.Message.encode(content).finish() }),
      },
    ],
  }
}

function stanzaTypeOf(message: proto.IMessage, mediatype: string | undefined): string {
  if (mediatype !== undefined) return 'media'
  return message.pollCreationMessage || message.pollCreationMessageV3 ? 'poll' : 'text'
}

function mediaTypeOf(message: proto.IMessage): string | undefined {
  const inner = message.documentWithCaptionMessage?.message ?? message
  if (inner.imageMessage) return 'image'
  if (inner.videoMessage) return inner.videoMessage.gifPlayback === true ? 'gif' : 'video'
  if (inner.audioMessage) return inner.audioMessage.ptt === true ? 'ptt' : 'audio'
  if (inner.documentMessage) return 'document'
  return inner.stickerMessage ? 'sticker' : undefined
}
