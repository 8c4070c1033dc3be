import type { Context } from '../context.ts'
import { parse } from '../parsing.ts'
import { type HistoryInput, historySchema } from './inputs.ts'
import { setHistory } from './model.ts'

/** `simulator.history`: what phones have from before a client was linked. */
export class HistoryFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Gives a phone its history, in place of the one it had. Tells the ids of all messages, chat by chat. */
  set(phone: string, input: HistoryInput): { chats: { chat: string; messages: string[] }[] } {
    const { world } = this.#context
    const account = this.#context.account(phone)
    const { chats } = setHistory(world, account, parse(historySchema, input))
    return {
      chats: chats.map(({ chat, messages }) => ({
        chat: 'chatId' in chat ? chat.chatId : chat.id,
        messages: messages.map(({ id }) => id),
      })),
    }
  }
}
