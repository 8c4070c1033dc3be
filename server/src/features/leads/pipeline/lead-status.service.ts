import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { sqlStateOf } from '../../../platform/database/sql-state.ts'
import { type AppError, unknownThing } from '../../../platform/errors.ts'
import { leadStatusChanged } from '../detection/leads.schema.ts'
import type { LeadStatus } from '../detection/leads.tables.ts'
import type { LeadDetail } from '../list/lead-list.schema.ts'
import { type bulkStatusAnswer, leadAlreadyOpen, leadTransitionRefused } from './lead-pipeline.schema.ts'
import { getLead } from './lead-pipeline.service.ts'
import { listOpenContacts, lockLeads, moveLocked, type StandingLead } from './lead-pipeline.store.ts'
import { canMove } from './status-machine.ts'

const mostAttempts = 10
/** A lead of the same person was opened at the same moment, or two transactions waited for each other. */
const passing = ['23505', '40P01']

/** Runs a transaction again that met another one: looking again, it sees what the other one did. */
async function retryConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= mostAttempts || !passing.includes(sqlStateOf(error))) throw error
    }
  }
}

function changedBy({ caller }: Context): string | null {
  if (caller.kind === 'user') return caller.userId
  return caller.kind === 'key' ? caller.keyId : null
}

/** Contacts that already have an open lead, as far as reopening any of these leads needs to know. */
async function openContactsOf(
  sql: Sql,
  tenantId: string,
  to: LeadStatus,
  leads: Iterable<StandingLead>,
): Promise<Set<string>> {
  if (to !== 'new') return new Set()
  const lost = [...leads].filter(({ status }) => status === 'lost')
  const contacts = lost.map(({ contactId }) => contactId).filter((id) => id !== null)
  return listOpenContacts(sql, tenantId, contacts)
}

/** Moves those that may go; answers why the others may not. */
async function moveAll(
  ctx: Context,
  sql: Sql,
  ids: readonly string[],
  to: LeadStatus,
): Promise<Map<string, AppError>> {
  const tenantId = tenantOf(ctx)
  const standing = await lockLeads(sql, tenantId, ids)
  const open = await openContactsOf(sql, tenantId, to, standing.values())
  const refused = new Map<string, AppError>()
  const moving: StandingLead[] = []
  for (const id of ids) {
    const lead = standing.get(id)
    if (lead === undefined) refused.set(id, unknownThing('Lead'))
    else if (!canMove(lead.status, to)) {
      const message = `A lead that is ${lead.status} cannot become ${to}`
      refused.set(id, leadTransitionRefused.create({ message }))
    } else if (lead.contactId !== null && open.has(lead.contactId)) refused.set(id, leadAlreadyOpen.create())
    else {
      moving.push(lead)
      if (to === 'new' && lead.contactId !== null) open.add(lead.contactId)
    }
  }
  if (moving.length === 0) return refused
  const by = changedBy(ctx)
  await moveLocked(
    sql,
    { tenantId, to, changedBy: by, now: ctx.clock.now() },
    moving.map(({ id, status }) => ({ id: ctx.ids.uuid(), lead_id: id, from: status })),
  )
  await ctx.events.publishMany(
    sql,
    leadStatusChanged,
    moving.map(({ id, status }) => ({ tenantId, leadId: id, from: status, to, changedBy: by })),
  )
  return refused
}

/** Moves a lead of the caller's tenant through the pipeline; 400 for a way that is not allowed. */
export function moveLead(ctx: Context, id: string, to: LeadStatus): Promise<LeadDetail> {
  return retryConflicts(() =>
    ctx.db.transaction(async (sql) => {
      const refusal = (await moveAll(ctx, sql, [id], to)).get(id)
      if (refusal !== undefined) throw refusal
      return getLead(ctx, id, sql)
    }),
  )
}

/** The same for many; each is looked at on its own, and what is refused stops none of the rest. */
export async function moveLeads(
  ctx: Context,
  leadIds: readonly string[],
  to: LeadStatus,
): Promise<z.infer<typeof bulkStatusAnswer>> {
  const ids = [...new Set(leadIds)]
  const refused = await retryConflicts(() => ctx.db.transaction((sql) => moveAll(ctx, sql, ids, to)))
  const errors = [...refused].map(([id, error]) => ({ lead_id: id, detail: error.message }))
  return { updated: ids.length - errors.length, failed: errors.length, errors }
}
