import type { Context } from '../../../context.ts'
import { Answer } from '../../../operation.ts'
import { type Cell, toCsv, toJsonArray } from '../../../platform/files/rows-as-file.ts'
import type { LeadFilterInput, LeadObject, LeadSelection } from './lead-list.schema.ts'
import { countTenantLeads, selectLeads, walkTenantLeads } from './lead-list.service.ts'

/** More leads than this are not given out at once (contract section 4). */
export const mostExported = 10_000
const step = 500

const csvColumns = [
  'id',
  'contact_name',
  'contact_phone',
  'lead_status',
  'lead_score',
  'source_group',
  'matched_keyword',
  'message_preview',
  'lead_detected_at',
  'signal_score',
  'last_group',
  'last_keyword',
  'last_message',
  'last_signal_at',
] as const

const toCsvRow = (lead: LeadObject): Record<(typeof csvColumns)[number], Cell> => ({
  id: lead.id,
  contact_name: lead.contact_name,
  contact_phone: lead.contact_phone,
  lead_status: lead.lead_status,
  lead_score: lead.lead_score,
  source_group: lead.source_group.name,
  matched_keyword: lead.trigger.matched_keyword,
  message_preview: lead.trigger.message_preview,
  lead_detected_at: lead.lead_detected_at,
  signal_score: lead.signal_score,
  last_group: lead.last_signal.source_group.name,
  last_keyword: lead.last_signal.matched_keyword,
  last_message: lead.last_signal.message_preview,
  last_signal_at: lead.last_signal.detected_at,
})

async function* csvRows(batches: AsyncIterable<LeadObject[]>): AsyncGenerator<Cell[][]> {
  for await (const batch of batches) {
    yield batch.map((lead) => {
      const row = toCsvRow(lead)
      return csvColumns.map((column) => row[column])
    })
  }
}

/** The first leads that a filter finds, in the order it asks for, as a file that is written while it is read. */
export async function exportLeads(
  ctx: Context,
  input: LeadFilterInput,
  format: 'csv' | 'json',
): Promise<Answer> {
  const total = await countTenantLeads(ctx, input)
  return toFile(walkTenantLeads(ctx, input, { most: mostExported, step }), total, format)
}

/** Chosen leads, the newest detection first, as a file; 409 when a filter finds another number than was confirmed. */
export async function exportSelection(
  ctx: Context,
  selection: LeadSelection,
  format: 'csv' | 'json',
): Promise<Answer> {
  const ids = await selectLeads(ctx, selection)
  const order = { sort: 'lead_detected_at', order: 'desc' } as const
  return toFile(walkTenantLeads(ctx, order, { most: ids.length, step, ids }), ids.length, format)
}

function toFile(batches: AsyncGenerator<LeadObject[]>, total: number, format: 'csv' | 'json'): Answer {
  const answer =
    format === 'csv'
      ? { contentType: 'text/csv; charset=utf-8', body: toCsv(csvColumns, csvRows(batches)) }
      : { contentType: 'application/json; charset=utf-8', body: toJsonArray(batches) }
  return new Answer(200, answer, {
    'content-disposition': `attachment; filename="leads.${format}"`,
    'x-total-count': String(total),
    ...(total > mostExported ? { 'x-export-truncated': 'true' } : {}),
  })
}
