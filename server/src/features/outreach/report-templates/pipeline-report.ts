import type { Context } from '../../../context.ts'
import { countLeadsOf, countStanding, listFunnels } from '../report-figures/lead-figures.service.ts'
import { figure, partsOf, type ReportAsk, type ReportParts, rateOf, seriesOf, table } from './report-parts.ts'

const statuses = ['new', 'contacted', 'qualified', 'converted', 'lost'] as const
const stages = [
  ['leads', 'Detected'],
  ['contacted', 'Contacted'],
  ['qualified', 'Qualified'],
  ['converted', 'Converted'],
] as const

/** Where the leads of the period came from and how far they came, and how the whole pipeline stands. */
export async function reportPipeline(ctx: Context, ask: ReportAsk): Promise<ReportParts> {
  const sources = await listFunnels(ctx, ask)
  const detected = await countLeadsOf(ctx, ask)
  const standing = await countStanding(ctx, ask)
  const all = (stage: 'leads' | 'contacted' | 'qualified' | 'converted' | 'lost') =>
    sources.reduce((sum, source) => sum + source[stage], 0)
  const leads = all('leads')
  const open = ['new', 'contacted', 'qualified'].reduce((sum, each) => sum + (standing.get(each) ?? 0), 0)
  return partsOf({
    has_data: standing.size > 0,
    figures: [
      figure('leads', 'New leads', leads),
      figure('converted', 'Converted of these', all('converted')),
      figure('lost', 'Lost of these', all('lost')),
      figure('conversion_rate', 'Conversion', rateOf(all('converted'), leads), 'rate'),
      figure('open', 'Open leads in all', open),
    ],
    series: [seriesOf(ask, 'leads', 'New leads', detected)],
    tables: [
      table(
        'funnel',
        'Funnel of the new leads',
        { stage: ['Stage', 'text'], leads: ['Leads', 'count'], rate: ['Of all', 'rate'] },
        stages.map(([key, stage]) => ({ stage, leads: all(key), rate: rateOf(all(key), leads) })),
      ),
      table(
        'sources',
        'Sources',
        {
          group: ['Group', 'text'],
          leads: ['Leads', 'count'],
          contacted: ['Contacted', 'count'],
          qualified: ['Qualified', 'count'],
          converted: ['Converted', 'count'],
          lost: ['Lost', 'count'],
          conversion_rate: ['Conversion', 'rate'],
        },
        sources.slice(0, ask.maxRows).map((source) => ({
          group: source.groupName,
          leads: source.leads,
          contacted: source.contacted,
          qualified: source.qualified,
          converted: source.converted,
          lost: source.lost,
          conversion_rate: rateOf(source.converted, source.leads),
        })),
        sources.length,
      ),
      table(
        'pipeline',
        'The whole pipeline now',
        { status: ['Status', 'text'], leads: ['Leads', 'count'] },
        statuses.map((status) => ({ status, leads: standing.get(status) ?? 0 })),
      ),
    ],
    notes: standing.size === 0 ? ['There are no leads yet.'] : [],
  })
}
