import type { Account } from './accounts.ts'
import { phoneSchema } from './fields.ts'
import { parse } from './parsing.ts'
import type { World } from './world.ts'

/** What the parts of a simulator share: the world as it is now, and how callers name people in it. */
export class Context {
  readonly #current: () => World

  constructor(current: () => World) {
    this.#current = current
  }

  /** The current world; a reset makes another one, so nobody keeps it. */
  get world(): World {
    return this.#current()
  }

  /** The person a caller means; 422 when it is no phone number, 404 when nobody has it. */
  account(phone: string, field = 'phone'): Account {
    return this.world.account(parse(phoneSchema, phone, field), field)
  }
}
