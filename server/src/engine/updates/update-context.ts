import type { Person } from '../events.ts'
import type { Addresses } from '../inbound/addresses.ts'

/** What an event is read with. */
export interface UpdateContext {
  tenantId: string
  sessionId: string
  /** The account's own addresses. */
  me: Person
  addresses: Addresses
  now: Date
}
