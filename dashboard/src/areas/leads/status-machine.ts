import type { Lead } from './queries.ts'

/** Where a lead can be, in the order of the board and of the keys 1 to 5. */
export const leadStatuses = ['new', 'contacted', 'qualified', 'converted', 'lost'] as const
/** Where a lead is. */
export type LeadStatus = Lead['lead_status']

/** As the server has it; what it refuses beyond that, it says itself. */
const nextOf: Readonly<Record<LeadStatus, readonly LeadStatus[]>> = {
  new: ['contacted', 'qualified', 'converted', 'lost'],
  contacted: ['qualified', 'converted', 'lost'],
  qualified: ['converted', 'lost'],
  converted: [],
  lost: ['new'],
}

/** Why a lead cannot go there; undefined when it can. */
export type Refusal = 'same' | 'final' | 'lost' | 'back'

/** Why a lead cannot go from one state to another, if it cannot. */
export function refusalOf(from: LeadStatus, to: LeadStatus): Refusal | undefined {
  if (nextOf[from].includes(to)) return undefined
  if (from === to) return 'same'
  if (from === 'converted') return 'final'
  return from === 'lost' ? 'lost' : 'back'
}
