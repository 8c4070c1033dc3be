import type { proto } from 'baileys'
import { proto as protocol } from '../library/library.ts'
import { type ContentOf, MissingPartError, type OutboundParts } from '../media/parts.ts'

/** Takes a message back for everyone. */
export function convertRevoke(_content: ContentOf<'revoke'>, { target }: OutboundParts): proto.IMessage {
  if (target === undefined) throw new MissingPartError('revoke', 'target')
  return { protocolMessage: { key: target, type: protocol.Message.ProtocolMessage.Type.REVOKE } }
}
