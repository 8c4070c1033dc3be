import type { Account } from '../accounts.ts'
import type { Context } from '../context.ts'
import { SimulatorError } from '../errors.ts'
import { parse, withoutUndefined } from '../parsing.ts'
import type { BusinessProfile } from '../profile.ts'
import { type BusinessProfileInput, businessProfileSchema } from './inputs.ts'

/** `simulator.business`: what businesses say about themselves. */
export class BusinessFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** The profile as its owner and clients left it. */
  profile(phone: string): BusinessProfile {
    return { ...this.#business(phone).businessProfile }
  }

  /** The owner changes the profile on the phone; what is not given stays. */
  setProfile(phone: string, input: BusinessProfileInput): BusinessProfile {
    const { businessProfile } = this.#business(phone)
    Object.assign(businessProfile, withoutUndefined(parse(businessProfileSchema, input)))
    return { ...businessProfile }
  }

  #business(phone: string): Account {
    const account = this.#context.account(phone)
    if (!account.isBusiness) throw new SimulatorError(422, `${phone} is no business`, 'phone')
    return account
  }
}
