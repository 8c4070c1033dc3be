import type { proto } from 'baileys'
import type { Account } from '../accounts.ts'
import type { Group } from '../groups/model.ts'
import { defineState } from '../state.ts'
import type { World } from '../world.ts'

/** A message that can be sent again or quoted. */
export type SentMessage = {
  id: string
  author: Account
  chat: Account | Group
  message: proto.IMessage
  /** Linked clients learn only that there is a message, to be viewed once or to be asked for. */
  isHidden?: boolean | 'view_once'
  /** It went through a broadcast list; `chat` is one of those it went to. */
  broadcast?: { list: string; to: Account[] }
  /** It is a status post; `chat` is its author. */
  isStatus?: boolean
}

const keptMessages = 20_000

/** Messages for quotes and retries, by id; the oldest go first. */
export class SentMessages {
  readonly #byId = new Map<string, SentMessage>()

  add(message: SentMessage): void {
    this.#byId.set(message.id, message)
    if (this.#byId.size <= keptMessages) return
    const oldest = this.#byId.keys().next().value
    if (oldest !== undefined) this.#byId.delete(oldest)
  }

  get(id: string): SentMessage | undefined {
    return this.#byId.get(id)
  }

  /** All that are kept, oldest first. */
  all(): SentMessage[] {
    return [...this.#byId.values()]
  }
}

/** The messages that were sent in a world. */
export const sentMessagesOf = defineState<World, SentMessages>(() => new SentMessages()).of
