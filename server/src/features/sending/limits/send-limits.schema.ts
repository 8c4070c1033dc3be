import { defineError } from '../../../platform/errors.ts'

export const coldContactRefused = defineError(
  'cold_contact_refused',
  403,
  'The contact has not written to this session first, and cold_contacts is strict',
)
export const coldBudgetUsed = defineError(
  'cold_budget_used',
  403,
  'The budget for new conversations is used up',
)
export const reachOutLocked = defineError(
  'reach_out_locked',
  403,
  'WhatsApp does not let this account start new conversations right now; replies still work',
)
export const tooManyWaiting = defineError(
  'too_many_waiting',
  429,
  'Too many messages are waiting in this session',
)

/**
 * Which limit a message waits for; `delay` when an anti-spam rule put it off, `approval` when a person has to decide, or
 * `owner` when another process holds the session.
 */
export type WaitsFor = 'burst' | 'rate' | 'delay' | 'approval' | 'owner'
