import type { Account } from '../accounts.ts'
import { composeMessage } from '../content/compose.ts'
import type { ContentDraft } from '../content/inputs.ts'
import type { Context } from '../context.ts'
import { broadcastFromPhone } from '../delivery/broadcast.ts'
import { sendFromPhone } from '../delivery/outgoing.ts'
import { fileOf } from '../delivery/phone-files.ts'
import { messageOnPhone } from '../delivery/screen.ts'
import { SimulatorError } from '../errors.ts'
import { chatNamed, groupNamed } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import { parse, parseSince } from '../parsing.ts'
import type { ReceivedMessage } from '../records.ts'
import {
  type BroadcastInput,
  broadcastSchema,
  type GroupMessageInput,
  groupMessageSchema,
  type MessageInput,
  messageSchema,
} from './inputs.ts'

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
    return this.#send(from, chatNamed(this.#context, to), draft)
  }

  /** Somebody writes to several people at once, through a broadcast list. */
  async broadcast(phone: string, input: BroadcastInput): Promise<{ id: string }> {
    const { world } = this.#context
    const from = this.#context.account(phone)
    const { to, ...draft } = parse(broadcastSchema, input)
    const [first, ...others] = to.map((name) => world.account(name, 'to'))
    if (!first) throw new SimulatorError(422, 'somebody has to get it', 'to')
    const message = composeMessage(world, from, first, draft)
    return { id: await broadcastFromPhone(world, from, [first, ...others], message) }
  }

  /** A member writes into a group. */
  async sendToGroup(id: string, input: GroupMessageInput): Promise<{ id: string }> {
    const group = groupNamed(this.#context.world, id)
    const { from, ...draft } = parse(groupMessageSchema, input)
    return this.#send(this.#context.world.account(from, 'from'), group, draft)
  }

  /** What the phone received, oldest first; `since` is an ISO time or milliseconds. */
  list(phone: string, since?: string | number): ReceivedMessage[] {
    const from = parseSince(since)
    const received = this.#context.account(phone).messages.all()
    return received.filter(({ receivedAt }) => Date.parse(receivedAt) >= from)
  }

  /** A message as it stands on a phone's screen, also one that its owner wrote. */
  message(phone: string, id: string): ReceivedMessage {
    const shown = messageOnPhone(this.#context.world, this.#context.account(phone), id)
    if (!shown) throw new SimulatorError(404, `the phone ${phone} shows no message ${id}`, 'id')
    return shown
  }

  /** The file of a message on a phone's screen, decrypted and checked. */
  async mediaOf(phone: string, id: string): Promise<Buffer> {
    this.message(phone, id)
    return fileOf(this.#context.world, id)
  }

  async #send(from: Account, chat: Account | Group, draft: ContentDraft): Promise<{ id: string }> {
    const { world } = this.#context
    if (chat instanceof Group && !chat.members.has(from)) {
      throw new SimulatorError(422, `${from.phone} is not a member of ${chat.id}`, 'from')
    }
    const message = composeMessage(world, from, chat, draft)
    const isReply = draft.reaction !== undefined || draft.vote !== undefined
    if (chat instanceof Group && !chat.takes(from, isReply)) {
      throw new SimulatorError(422, `only admins write into ${chat.id}`, 'from')
    }
    if (draft.disappearing && !(chat instanceof Group)) setTimer(from, chat, draft.disappearing.seconds)
    const isHidden = draft.viewOnce === 'hidden' ? 'view_once' : draft.withheld === true
    return { id: await sendFromPhone(world, from, chat, message, { isHidden }) }
  }
}

/** Messages of the chat of two disappear from now on, or stay again. */
function setTimer(one: Account, other: Account, forSeconds: number): void {
  const timer = { seconds: forSeconds, since: Math.floor(Date.now() / 1000) }
  one.chatTimers.set(other.phone, timer)
  other.chatTimers.set(one.phone, timer)
}
