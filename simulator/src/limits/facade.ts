import type { Context } from '../context.ts'
import { parse } from '../parsing.ts'
import { type ClientVersionInput, clientVersionSchema, type LimitsInput, limitsSchema } from './inputs.ts'
import { describeLimits, type LimitsView, setLimits, setMinimumVersion } from './model.ts'

/** `simulator.limits`: what the service lets accounts and clients do. */
export class LimitsFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Limits an account; what is left out stays as it is, and null ends a limit. */
  set(phone: string, input: LimitsInput): LimitsView {
    return setLimits(this.#context.world, this.#context.account(phone), parse(limitsSchema, input))
  }

  /** The limits of an account and what is used of them. */
  of(phone: string): LimitsView {
    return describeLimits(this.#context.account(phone))
  }

  /** Refuses logins of clients with an older version (405). */
  requireVersion(input: ClientVersionInput): void {
    setMinimumVersion(this.#context.world, parse(clientVersionSchema, input).minimum)
  }
}
