import { nextStatuses } from '../detection/leads.schema.ts'
import type { LeadStatus } from '../detection/leads.tables.ts'

/** Whether a lead may go there; staying is no going. */
export function canMove(from: LeadStatus, to: LeadStatus): boolean {
  return nextStatuses[from].includes(to)
}
