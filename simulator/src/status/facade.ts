import type { Context } from '../context.ts'
import { parse } from '../parsing.ts'
import { composeStatus } from './compose.ts'
import { type StatusInput, statusSchema } from './inputs.ts'
import { postStatus } from './posts.ts'

/** Status posts. */
export class StatusFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Somebody posts a status on the phone; without `to` everybody there is sees it. */
  async post(phone: string, input: StatusInput): Promise<{ id: string }> {
    const { world } = this.#context
    const from = this.#context.account(phone)
    const { to, ...draft } = parse(statusSchema, input)
    const audience = to?.map((viewer) => world.account(viewer, 'to')) ?? world.accounts.values()
    return { id: await postStatus(world, from, audience, composeStatus(world, from, draft)) }
  }
}
