import type { Account } from './accounts.ts'
import { phoneSchema } from './fields.ts'
import type { Group } from './groups/model.ts'
import { parse } from './parsing.ts'
import { type } from './people/presence.ts'
import type { World } from './world.ts'

/** What the parts of a simulator share: the world as it is now, and how callers name people and chats in it. */
export class Context {
  readonly #current: () => World

  constructor(current: () => World) {
    this.#current = current
  }

  /** The world of the moment; a reset makes another one, so nobody keeps it. */
  get world(): World {
    return this.#current()
  }

  /** The person a caller means; 422 when it is no phone number, 404 when nobody has it. */
  account(phone: string, field = 'phone'): Account {
    return this.world.account(parse(phoneSchema, phone, field), field)
  }

  /** The group a caller means. */
  group(id: string, field = 'id'): Group {
    return this.world.group(id, field)
  }

  /** Somebody types, records or stops, as the other side sees it. */
  type(phone: string, chat: string, state: 'composing' | 'recording' | 'paused'): void {
    type(this.account(phone), this.chat(chat), state)
  }

  /** The person or group a caller means. */
  chat(to: string, field = 'to'): Account | Group {
    if (to.endsWith('@g.us')) return this.world.group(to, field)
    return this.world.find(to.endsWith('@lid') ? to : undefined) ?? this.account(to, field)
  }
}
