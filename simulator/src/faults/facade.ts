import type { Context } from '../context.ts'
import { chatNamed } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import { parse, withoutUndefined } from '../parsing.ts'
import { applyFault, clearFaults } from './effects.ts'
import { type FaultInput, faultSchema } from './inputs.ts'

/** Things that go wrong on demand. */
export class FaultsFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Makes something go wrong; `clear`, or the kind `none`, ends it. */
  apply(input: FaultInput): void {
    const { world } = this.#context
    const { kind, clear, phone, to, ...rest } = parse(faultSchema, input)
    if (phone !== undefined) world.account(phone)
    if (kind === 'none' || clear) {
      clearFaults(world, kind === 'none' ? undefined : kind, phone)
      return
    }
    const chat = to === undefined ? undefined : chatNamed(this.#context, to)
    const where = chat instanceof Group ? chat.id : chat?.phone
    applyFault(world, withoutUndefined({ ...rest, kind, phone, to: where }))
  }
}
