import type { proto } from 'baileys'
import type { Account } from '../accounts.ts'
import { SimulatorError } from '../errors.ts'
import type { Group } from '../groups/model.ts'
import type { World } from '../world.ts'
import { type SentMessage, sentMessagesOf } from './sent-messages.ts'

/** Who writes where, and what a message needs to name people there. */
export type Composer = {
  world: World
  from: Account
  chat: Account | Group
  nameOf: (account: Account) => string
}

/** A message the simulator saw; 422 when it did not. */
export function findMessage(world: World, id: string, field: string, what: string): SentMessage {
  const found = sentMessagesOf(world).get(id)
  if (!found) throw new SimulatorError(422, `there is no message ${id} ${what}`, field)
  return found
}

/** Plain texts travel as `conversation`, those with context as `extendedTextMessage`. */
export function withContext(
  message: proto.IMessage,
  context: proto.IContextInfo | undefined,
): proto.IMessage {
  if (!context || message.protocolMessage) return message
  const { conversation, messageContextInfo, ...rest } = message
  if (conversation) return { extendedTextMessage: { text: conversation, contextInfo: context } }
  const [[kind, part] = ['', {}]] = Object.entries(rest)
  return { [kind]: { ...part, contextInfo: context }, ...(messageContextInfo && { messageContextInfo }) }
}
