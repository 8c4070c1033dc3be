import type { Account } from '../accounts.ts'
import { textMessage } from '../content.ts'
import { SimulatorError } from '../errors.ts'
import { Group } from '../groups.ts'
import {
  type Draft,
  type GroupMessageInput,
  groupMessageSchema,
  type MessageInput,
  messageSchema,
} from '../inputs/messages.ts'
import { chatJid, sendFromPhone } from '../outgoing.ts'
import { parse } from '../parsing.ts'
import type { Context } from './context.ts'

/** What people write on their phones. */
export class MessagesFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Somebody writes on the phone, to a person or a group. */
  async send(phone: string, input: MessageInput): Promise<{ id: string }> {
    const from = this.#context.account(phone)
    const { to, ...draft } = parse(messageSchema, input)
    return this.#send(from, this.#context.chat(to), draft)
  }

  /** A member writes into a group. */
  async sendToGroup(id: string, input: GroupMessageInput): Promise<{ id: string }> {
    const group = this.#context.group(id)
    const { from, ...draft } = parse(groupMessageSchema, input)
    return this.#send(this.#context.world.account(from, 'from'), group, draft)
  }

  async #send(from: Account, chat: Account | Group, draft: Draft): Promise<{ id: string }> {
    const { world } = this.#context
    if (chat instanceof Group && !chat.members.has(from)) {
      throw new SimulatorError(422, `${from.phone} is not a member of ${chat.id}`, 'from')
    }
    const quoted = draft.quoted === undefined ? undefined : world.recall(draft.quoted)
    if (draft.quoted !== undefined && !quoted) {
      throw new SimulatorError(422, `there is no message ${draft.quoted} to quote`, 'quoted')
    }
    const mentions = draft.mentions?.map((phone) => world.account(phone, 'mentions'))
    const nameOf = (account: Account) =>
      chat instanceof Group ? chat.nameOf(account) : chatJid(account, from.addressing)
    const content = textMessage(
      { text: draft.text, ...(quoted && { quoted }), ...(mentions && { mentions }) },
      nameOf,
    )
    return { id: await sendFromPhone(world, from, chat, content) }
  }
}
