import { useNavigate, useSearch } from '@tanstack/react-router'
import type { CurlCall } from '../../api/curl.ts'
import { useFormat } from '../../i18n/format.ts'
import { CurlButton } from '../../kit/curl.tsx'
import { Segments } from '../../kit/filters.tsx'
import { Page, PageBody } from '../../shell/page.tsx'
import './analytics.css'
import { CampaignsView } from './campaigns-view.tsx'
import { FilterBar } from './filter-bar.tsx'
import { HoursView } from './hours-view.tsx'
import { LeadsView } from './leads-view.tsx'
import { MessagesView } from './messages-view.tsx'
import { PeopleView } from './people-view.tsx'
import { type AnalyticsSearch, periodBefore, periodOf, type View, views } from './period.ts'
import type { Ask } from './queries.ts'
import { WaitsView } from './waits-view.tsx'
import { useText } from './words.ts'

/** What every view gets: what is asked for, and what it is compared with. */
export interface ViewProps {
  ask: Ask
  before: Ask | undefined
  search: AnalyticsSearch
  onSearch(part: AnalyticsSearch): void
}

const shownBy = {
  messages: MessagesView,
  waits: WaitsView,
  leads: LeadsView,
  campaigns: CampaignsView,
  hours: HoursView,
  people: PeopleView,
} as const satisfies Record<View, (props: ViewProps) => React.ReactNode>

/** Figures of a period: what was written, who waited, what became of it. */
export function AnalyticsPage() {
  const t = useText()
  const format = useFormat()
  const search = useSearch({ from: '/app/analytics' })
  const navigate = useNavigate({ from: '/analytics' })
  const { view = 'messages' } = search
  const period = periodOf(search, format.dayKey(Date.now()))
  const filters = {
    interval: search.interval ?? 'day',
    ...(search.session === undefined ? {} : { session_id: search.session }),
    ...(search.label === undefined ? {} : { label_id: search.label }),
  } as const
  const ask = { ...period, ...filters }
  const before = search.compare ? { ...periodBefore(period), ...filters } : undefined
  const onSearch = (part: AnalyticsSearch) => void navigate({ search: { ...search, ...part }, replace: true })
  const Shown = shownBy[view]
  return (
    <Page title={t('title')} actions={<CurlButton calls={[callOf(view, ask, format.timeZone, search)]} />}>
      <div className="toolbar">
        <Segments
          label={t('views')}
          value={view}
          onChange={(next) => onSearch({ view: next, sort: undefined, order: undefined })}
          options={views.map((value) => ({ value, label: t(`view.${value}`) }))}
        />
      </div>
      <FilterBar view={view} search={search} period={period} onSearch={onSearch} />
      <PageBody label={t(`view.${view}`)}>
        <div className="stack analytics">
          <Shown ask={ask} before={before} search={search} onSearch={onSearch} />
        </div>
      </PageBody>
    </Page>
  )
}

/** What the view asks, as a call. */
function callOf(view: View, ask: Ask, timezone: string, search: AnalyticsSearch): CurlCall {
  const session = ask.session_id === undefined ? {} : { session_id: ask.session_id }
  const sorted = {
    ...(search.sort === undefined ? {} : { sort: search.sort }),
    ...(search.order === undefined ? {} : { order: search.order }),
  }
  const get = (name: string, query: object) =>
    ({ method: 'get', path: `/api/v2/analytics/${name}`, params: { query } }) as CurlCall
  if (view === 'messages') return get('messages', ask)
  if (view === 'waits') return get('response-times', ask)
  if (view === 'leads') return get('leads', ask)
  if (view === 'campaigns') return get('campaigns', { from: ask.from, to: ask.to, ...session, ...sorted })
  if (view === 'people') return get('contacts', { ...session, ...sorted })
  return get('send-times', { timezone, ...session })
}
