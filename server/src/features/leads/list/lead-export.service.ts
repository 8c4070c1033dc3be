import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { Context } from '../../../context.ts'
import { Answer } from '../../../operation.ts'
import type { LeadFilterInput, LeadObject } from './lead-list.schema.ts'
import { countTenantLeads, walkTenantLeads } from './lead-list.service.ts'

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

const toCsvRow = (lead: LeadObject): Record<(typeof csvColumns)[number], string | number | null> => ({
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

/** A number as people are called; spreadsheets take nothing else for harmless that begins with a plus. */
const plainPhone = /^\+\d{7,15}$/

/**
 * Rows as CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe in front; spaces
 * before the sign do not hide it.
 */
function csvOf(batches: AsyncIterable<LeadObject[]>): Readable {
  const csv = stringify({
    header: true,
    columns: [...csvColumns],
    record_delimiter: '\r\n',
    escape_formulas: true,
    // Some programs take a lone CR or LF for the end of a row, and what follows for a new cell.
    quoted_match: /[\r\n]/,
    cast: {
      string(value) {
        if (plainPhone.test(value)) return { value, escape_formulas: false }
        return /^[\s\0]+[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value
      },
    },
  })
  const rows = Readable.from(rowsOf(batches))
  // A broken walk must break the download as well, not end it as if it were whole.
  rows.on('error', (error) => csv.destroy(error))
  csv.on('close', () => rows.destroy())
  return rows.pipe(csv)
}

async function* rowsOf(batches: AsyncIterable<LeadObject[]>) {
  for await (const batch of batches) for (const lead of batch) yield toCsvRow(lead)
}

async function* jsonOf(batches: AsyncIterable<LeadObject[]>): AsyncGenerator<string> {
  let separator = '['
  for await (const batch of batches) {
    yield separator + batch.map((lead) => JSON.stringify(lead)).join(',')
    separator = ','
  }
  yield separator === '[' ? '[]\n' : ']\n'
}

/** The first leads that a filter finds, in the order it asks for, as a file that is written while it is read. */
export async function exportLeads(
  ctx: Context,
  input: LeadFilterInput,
  format: 'csv' | 'json',
): Promise<Answer> {
  const total = await countTenantLeads(ctx, input)
  const batches = walkTenantLeads(ctx, input, { most: mostExported, step })
  const answer =
    format === 'csv'
      ? { contentType: 'text/csv; charset=utf-8', body: csvOf(batches) }
      : { contentType: 'application/json; charset=utf-8', body: Readable.from(jsonOf(batches)) }
  return new Answer(200, answer, {
    'content-disposition': `attachment; filename="leads.${format}"`,
    'x-total-count': String(total),
    ...(total > mostExported ? { 'x-export-truncated': 'true' } : {}),
  })
}
