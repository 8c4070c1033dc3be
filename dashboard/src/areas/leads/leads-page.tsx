import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useFormat } from '../../i18n/format.ts'
import { CurlButton } from '../../kit/curl.tsx'
import { Segments } from '../../kit/filters.tsx'
import { Empty } from '../../kit/notes.tsx'
import { Page } from '../../shell/page.tsx'
import { type BoardPages, LeadBoard } from './board/lead-board.tsx'
import { ExportMenu } from './export-menu.tsx'
import { LeadBulk, useLeadSelection } from './lead-bulk.tsx'
import { type FilterChange, LeadFilters } from './lead-filters.tsx'
import { filterOf, type LeadSearch } from './lead-search.ts'
import { LeadTable } from './lead-table.tsx'
import './leads.css'
import { type LeadFilter, type LeadPages, leadsOf, totalOf, useLeads, useLeadTotal } from './queries.ts'
import { leadStatuses } from './status-machine.ts'
import { useMove } from './use-move.tsx'
import { useText } from './words.ts'

/** The pipeline: as a board or as a table, with the same filters. */
export function LeadsPage() {
  const t = useText()
  const navigate = useNavigate({ from: '/leads' })
  const search = useSearch({ from: '/app/leads' })
  const total = useLeadTotal()
  const change = (part: FilterChange) => {
    const entries = Object.entries({ ...search, ...part }).filter(([, value]) => value !== undefined)
    void navigate({ search: Object.fromEntries(entries) as LeadSearch, replace: true })
  }
  const Content = search.view === 'table' ? TableView : BoardView
  return (
    <Content search={search} total={total} onChange={change}>
      {(parts) => (
        <Page
          title={t('title')}
          actions={
            <>
              <Segments
                label={t('view')}
                value={search.view ?? 'board'}
                onChange={(view) => change({ view: view === 'table' ? view : undefined })}
                options={[
                  { value: 'board', label: t('view.board') },
                  { value: 'table', label: t('view.table') },
                ]}
              />
              <CurlButton
                calls={[{ method: 'get', path: '/api/v2/leads', params: { query: filterOf(search) } }]}
              />
              <ExportMenu filter={filterOf(search)} matching={parts.matching} />
            </>
          }
        >
          <div className="toolbar">
            <LeadFilters search={search} onChange={change} />
            <span className="sp" />
            <Matching matching={parts.matching} total={total} />
          </div>
          {total === 0 ? (
            <Empty
              title={t('empty.title')}
              action={
                <Link className="btn primary" to="/groups">
                  {t('empty.action')}
                </Link>
              }
            >
              {t('empty.text')}
            </Empty>
          ) : (
            parts.content
          )}
        </Page>
      )}
    </Content>
  )
}

function Matching({ matching, total }: { matching: number | undefined; total: number | undefined }) {
  const t = useText()
  const format = useFormat()
  if (matching === undefined || total === undefined) return null
  const text =
    matching === total
      ? t('count', { count: total })
      : t('matching', { matching: format.number(matching), count: total })
  return (
    <span className="mute desk-only matching" role="status">
      {text}
    </span>
  )
}

interface ViewProps {
  search: LeadSearch
  total: number | undefined
  onChange(change: FilterChange): void
  children(parts: { matching: number | undefined; content: React.ReactNode }): React.ReactNode
}

/** Where leads in sight are. */
const seenIn = (lists: readonly LeadPages[]) => (id: string) =>
  lists.flatMap(leadsOf).find((lead) => lead.id === id)

function useBoardPages(filter: LeadFilter): BoardPages {
  return {
    new: useLeads({ ...filter, status: 'new' }),
    contacted: useLeads({ ...filter, status: 'contacted' }),
    qualified: useLeads({ ...filter, status: 'qualified' }),
    converted: useLeads({ ...filter, status: 'converted' }),
    lost: useLeads({ ...filter, status: 'lost' }),
  }
}

function BoardView({ search, children }: ViewProps) {
  const filter = filterOf(search)
  const pages = useBoardPages(filter)
  const lists = leadStatuses.map((status) => pages[status])
  const totals = lists.map(totalOf)
  const matching = totals.includes(undefined)
    ? undefined
    : totals.reduce<number>((sum, count) => sum + (count ?? 0), 0)
  const selection = useLeadSelection(filter, seenIn(lists))
  const move = useMove()
  return children({
    matching,
    content: (
      <>
        {move.notes}
        <LeadBoard pages={pages} move={move} selection={selection} />
        <LeadBulk selection={selection} matching={matching} />
      </>
    ),
  })
}

function TableView({ search, onChange, children }: ViewProps) {
  const t = useText()
  const filter = filterOf(search)
  const pages = useLeads(filter)
  const matching = totalOf(pages)
  const selection = useLeadSelection(filter, seenIn([pages]))
  return children({
    matching,
    content: (
      <>
        {matching === 0 ? (
          <Empty title={t('none.title')}>{t('none.text')}</Empty>
        ) : (
          <LeadTable
            pages={pages}
            selection={selection}
            sort={{ by: search.sort ?? 'lead_detected_at', isDescending: search.order !== 'asc' }}
            onSort={({ by, isDescending }) =>
              onChange({ sort: by as LeadSearch['sort'], order: isDescending ? undefined : 'asc' })
            }
          />
        )}
        <LeadBulk selection={selection} matching={matching} />
      </>
    ),
  })
}
