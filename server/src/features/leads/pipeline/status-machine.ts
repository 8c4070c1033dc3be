import type { LeadStatus } from '../detection/leads.tables.ts'

/** Where a lead may go from where it is (contract, status machine). */
const nextOf: Readonly<Record<LeadStatus, readonly LeadStatus[]>> = {
  new: ['contacted', 'qualified', 'converted', 'lost'],
  contacted: ['qualified', 'converted', 'lost'],
  qualified: ['converted', 'lost'],
  converted: [],
  lost: ['new'],
}

/** Whether a lead may go there; staying is no going. */
export function canMove(from: LeadStatus, to: LeadStatus): boolean {
  return nextOf[from].includes(to)
}
