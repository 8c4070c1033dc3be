import type { Context } from '../../../context.ts'
import { campaignTitle } from '../bulk/bulk.schema.ts'
import { findCampaigns } from '../report-figures/campaign-figures.service.ts'
import { figure, partsOf, type ReportAsk, type ReportParts, rateOf, table } from './report-parts.ts'

const active = new Set(['pending', 'running', 'paused'])

/** Campaigns that are under way or ended, and what became of their messages. */
export async function reportCampaigns(ctx: Context, ask: ReportAsk): Promise<ReportParts> {
  const { rows, byStatus } = await findCampaigns(ctx, ask)
  const jobs = (isWanted: (status: string) => boolean) =>
    byStatus.reduce((sum, row) => sum + (isWanted(row.status) ? row.jobs : 0), 0)
  const all = (key: 'total' | 'sent' | 'delivered' | 'read' | 'replied' | 'failed' | 'skipped') =>
    byStatus.reduce((sum, row) => sum + row[key], 0)
  const count = jobs(() => true)
  return partsOf({
    has_data: count > 0,
    figures: [
      figure(
        'active',
        'Active campaigns',
        jobs((status) => active.has(status)),
      ),
      figure(
        'completed',
        'Completed',
        jobs((status) => status === 'completed'),
      ),
      figure(
        'ended_early',
        'Cancelled or failed',
        jobs((status) => ['cancelled', 'failed'].includes(status)),
      ),
      figure('recipients', 'Recipients', all('total')),
      figure('sent', 'Sent', all('sent')),
      figure('delivery_rate', 'Delivered', rateOf(all('delivered'), all('sent')), 'rate'),
      figure('read_rate', 'Read of the delivered', rateOf(all('read'), all('delivered')), 'rate'),
      figure('reply_rate', 'Replied of the delivered', rateOf(all('replied'), all('delivered')), 'rate'),
      figure('failed', 'Failed', all('failed')),
      figure('skipped', 'Skipped', all('skipped')),
    ],
    tables: [
      table(
        'campaigns',
        'Campaigns',
        {
          name: ['Campaign', 'text'],
          status: ['Status', 'text'],
          created: ['Created', 'timestamp'],
          recipients: ['Recipients', 'count'],
          sent: ['Sent', 'count'],
          delivered: ['Delivered', 'count'],
          read: ['Read', 'count'],
          replied: ['Replied', 'count'],
          failed: ['Failed', 'count'],
          skipped: ['Skipped', 'count'],
          waits_for: ['Waits for', 'text'],
        },
        rows.map((row) => ({
          name: campaignTitle(row.name, row.listName, ask.clock.day(Date.parse(row.createdAt))),
          status: row.status,
          created: row.createdAt,
          recipients: row.total,
          sent: row.sent,
          delivered: row.delivered,
          read: row.read,
          replied: row.replied,
          failed: row.failed,
          skipped: row.skipped,
          waits_for: row.waitsFor,
        })),
        count,
      ),
    ],
    notes: count === 0 ? ['No campaign was under way.'] : [],
  })
}
