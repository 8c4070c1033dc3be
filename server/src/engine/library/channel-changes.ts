import type { BinaryNode } from 'baileys'
import { proto } from './library.ts'

/**
 * An edit or a deletion of a post comes under the id of the post, with the new content alone or none, and says so in an
 * attribute that the library drops (source: whatsmeow `NewsletterMessageMeta`). The stanza is given the form that changes
 * have everywhere else before the library reads it; others stay as they are.
 */
export function rewriteChannelChange(node: BinaryNode): void {
  const { from, id, edit } = node.attrs
  if (!from?.endsWith('@newsletter') || id === undefined || !Array.isArray(node.content)) return
  if (edit !== '3' && edit !== '8') return
  const plaintext = node.content.find(({ tag }) => tag === 'plaintext')
  const editedMessage = edit === '3' ? decode(plaintext?.content) : undefined
  if (plaintext === undefined || (edit === '3' && editedMessage === undefined)) return
  const { Type } = proto.Message.ProtocolMessage
  const changedAtMs = Number(node.content.find(({ tag }) => tag === 'meta')?.attrs.msg_edit_t ?? 0)
  const protocolMessage = {
    key: { remoteJid: from, id },
    type: editedMessage === undefined ? Type.REVOKE : Type.MESSAGE_EDIT,
    ...(editedMessage && { editedMessage }),
    ...(changedAtMs > 0 && { timestampMs: changedAtMs }),
  }
  plaintext.content = proto.Message.encode({ protocolMessage }).finish()
}

function decode(content: BinaryNode['content']): proto.Message | undefined {
  if (!(content instanceof Uint8Array)) return undefined
  try {
    return proto.Message.decode(content)
  } catch {
    // The library reads it next and says what is wrong with it.
    return undefined
  }
}
