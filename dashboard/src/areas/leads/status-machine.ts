import type { Lead } from './queries.ts'

/** Where a lead can be, in the order of the board and of the keys 1 to 5. */
export const leadStatuses = ['new', 'contacted', 'qualified', 'converted', 'lost'] as const
/** Where a lead is. */
export type LeadStatus = Lead['lead_status']
/** Where a lead is, and where the server lets it go from there. */
export type Standing = Pick<Lead, 'lead_status' | 'next_statuses'>

/** Why a lead cannot go there; undefined when it can. */
export type Refusal = 'same' | 'final' | 'lost' | 'back'

/** Why a lead cannot go to a state, if it cannot: whether it can, the server has said with the lead. */
export function refusalOf(
  { lead_status: from, next_statuses: next }: Standing,
  to: LeadStatus,
): Refusal | undefined {
  if (next.includes(to)) return undefined
  if (from === to) return 'same'
  if (next.length === 0) return 'final'
  return from === 'lost' ? 'lost' : 'back'
}
