import type { proto } from 'baileys'
import type { Account } from '../accounts.ts'
import { statusChat } from '../addresses.ts'
import { composeMessage } from '../content/compose.ts'
import type { ContentDraft } from '../content/inputs.ts'
import type { World } from '../world.ts'

const backgroundArgb = 0xff7b5ea7

/** The message of a status post: a text on a colour, a file, or that a post is taken back. */
export function composeStatus(
  world: World,
  from: Account,
  draft: Pick<ContentDraft, 'text' | 'media' | 'revoke'>,
): proto.IMessage {
  const { text } = draft
  if (text !== undefined) return { extendedTextMessage: { text, backgroundArgb, font: 0 } }
  const message = composeMessage(world, from, from, draft)
  const { key } = message.protocolMessage ?? {}
  if (key) key.remoteJid = statusChat
  return message
}
