import { Link } from '@tanstack/react-router'
import { useFormat } from '../../i18n/format.ts'
import { CurlButton } from '../../kit/curl.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty } from '../../kit/notes.tsx'
import { Page, PageBody } from '../../shell/page.tsx'
import { NeedsYou } from './needs-you.tsx'
import { NewLeads } from './new-leads.tsx'
import { NextSchedules } from './next-schedules.tsx'
import './overview.css'
import { type Overview, useOverview } from './queries.ts'
import { Running } from './running.tsx'
import { TodayCard } from './today.tsx'
import { Waiting } from './waiting.tsx'
import { useText } from './words.ts'

/** How everything stands: what needs somebody first, then the day, then what waits. */
export function OverviewPage() {
  const t = useText()
  const format = useFormat()
  const query = useOverview()
  const day = format.dates({ weekday: 'long', day: 'numeric', month: 'long' }).format(new Date())
  return (
    <Page
      title={t('title')}
      state={<span className="mute">{day}</span>}
      actions={<CurlButton calls={[{ method: 'get', path: '/api/v2/overview' }]} />}
    >
      <PageBody label={t('title')}>
        <Loaded query={query} title={t('failed')}>
          {(overview) => (overview.sessions?.total === 0 ? <Beginning /> : <Standing overview={overview} />)}
        </Loaded>
      </PageBody>
    </Page>
  )
}

/** Before the first number there is nothing to oversee, and one thing to do. */
function Beginning() {
  const t = useText()
  const connect = (
    <Link className="btn primary" to="/sessions">
      {t('begin.action')}
    </Link>
  )
  return (
    <Empty title={t('begin.title')} action={connect}>
      {t('begin.text')}
    </Empty>
  )
}

function Standing({ overview }: { overview: Overview }) {
  const t = useText()
  return (
    <>
      <p className="lede">{t('lede', { count: overview.attention.length })}</p>
      <p>
        <Sentence overview={overview} />
      </p>
      <div className="two">
        <div className="stack">
          <NeedsYou entries={overview.attention} />
          {overview.today === null ? null : <TodayCard overview={overview} today={overview.today} />}
          <Running />
        </div>
        <div className="stack">
          {overview.conversations === null ? null : <Waiting conversations={overview.conversations} />}
          {overview.leads === null ? null : <NewLeads total={overview.leads.new} />}
          <NextSchedules />
        </div>
      </div>
    </>
  )
}

/** How busy the day is beside a usual one; nothing is said while there is no usual day. */
function Sentence({ overview: { sessions, today } }: { overview: Overview }) {
  const t = useText()
  const format = useFormat()
  const working =
    sessions === null ? '' : t('working', { count: sessions.by_status.working, total: sessions.total })
  const usual = today?.usual.received ?? 0
  if (today === null || usual === 0) return working
  const change = today.received / usual - 1
  const busy = t(change >= 0 ? 'busier' : 'quieter', {
    share: format.percent(Math.abs(Math.round(change * 100) / 100)),
  })
  return `${working} ${busy}`
}
