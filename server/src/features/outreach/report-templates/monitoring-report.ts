import type { Context } from '../../../context.ts'
import { countGroupKeywords, listGroupsWithLeads } from '../report-figures/lead-figures.service.ts'
import { figure, partsOf, type ReportAsk, type ReportParts, table } from './report-parts.ts'

/** What was heard in the groups that are listened to: keywords that matched, and leads. */
export async function reportMonitoring(ctx: Context, ask: ReportAsk): Promise<ReportParts> {
  const groups = await listGroupsWithLeads(ctx, ask)
  const keywords = new Map<string, { matches: number; groups: number }>()
  const rows: {
    group: string
    mode: string
    state: string
    captured: number
    matches: number
    leads: number
  }[] = []
  for (const group of groups) {
    const counts = await countGroupKeywords(ctx, ask, group)
    let [captured, matches] = [0, 0]
    for (const [keyword, messages] of counts) {
      captured += messages
      if (keyword === null) continue
      matches += messages
      const known = keywords.get(keyword) ?? { matches: 0, groups: 0 }
      keywords.set(keyword, { matches: known.matches + messages, groups: known.groups + 1 })
    }
    const { name, mode, isActive } = group
    const state = isActive ? 'active' : 'off'
    rows.push({ group: name, mode, state, captured, matches, leads: group.leads })
  }
  rows.sort((a, b) => b.leads - a.leads || b.matches - a.matches || b.captured - a.captured)
  const ranked = [...keywords].sort(([a, x], [b, y]) => y.matches - x.matches || (a < b ? -1 : 1))
  const all = (key: 'captured' | 'matches' | 'leads') => rows.reduce((sum, row) => sum + row[key], 0)
  return partsOf({
    has_data: groups.length > 0,
    figures: [
      figure('groups', 'Monitored groups', groups.length),
      figure('captured', 'Messages captured', all('captured')),
      figure('matches', 'Keyword matches', all('matches')),
      figure('leads', 'Leads', all('leads')),
    ],
    tables: [
      table(
        'groups',
        'Groups',
        {
          group: ['Group', 'text'],
          mode: ['Mode', 'text'],
          state: ['State', 'text'],
          captured: ['Captured', 'count'],
          matches: ['Matches', 'count'],
          leads: ['Leads', 'count'],
        },
        rows.slice(0, ask.maxRows),
        rows.length,
      ),
      table(
        'keywords',
        'Keywords',
        { keyword: ['Keyword', 'text'], matches: ['Matches', 'count'], groups: ['Groups', 'count'] },
        ranked.slice(0, ask.maxRows).map(([keyword, counts]) => ({ keyword, ...counts })),
        ranked.length,
      ),
    ],
    notes: groups.length === 0 ? ['No group is monitored yet.'] : [],
  })
}
