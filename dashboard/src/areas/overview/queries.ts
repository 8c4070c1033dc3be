import { queries, type Schemas } from '../../api/client.ts'
import type { paths } from '../../api/schema.d.ts'

/** How everything stands. */
export type Overview = paths['/api/v2/overview']['get']['responses'][200]['content']['application/json']
/** Something that needs somebody. */
export type Attention = Overview['attention'][number]
/** Figures of the day. */
export type Today = NonNullable<Overview['today']>

const shown = 5
const mostSchedules = 50

/** Figures are counted a little after what they count, and nothing tells that they were. */
const figuresEveryMs = 20_000

/** How everything stands, in one answer. */
export const useOverview = () =>
  queries.useQuery('get', '/api/v2/overview', undefined, { refetchInterval: figuresEveryMs })

/** Conversations in which a person wrote last. */
export const useWaiting = () =>
  queries.useQuery('get', '/api/v2/chats', { params: { query: { unanswered: true, limit: shown } } })

/** Leads that nobody has looked at, newest first. */
export const useNewLeads = () =>
  queries.useQuery('get', '/api/v2/leads', { params: { query: { status: 'new', limit: shown } } })

/** Campaigns that run. */
export const useRunningCampaigns = () =>
  queries.useQuery('get', '/api/v2/bulk-send', { params: { query: { status: 'running', limit: shown } } })

/** The schedules that run next. */
export const useNextSchedules = () =>
  queries.useQuery(
    'get',
    '/api/v2/scheduled-messages',
    { params: { query: { status: 'active', limit: mostSchedules } } },
    { select: ({ messages }) => soonest(messages) },
  )

function soonest(schedules: readonly Schemas['ScheduledMessage'][]): Schemas['ScheduledMessage'][] {
  const at = ({ next_run_at: next }: Schemas['ScheduledMessage']) =>
    next === null ? Number.POSITIVE_INFINITY : Date.parse(next)
  return schedules.toSorted((a, b) => at(a) - at(b)).slice(0, shown)
}
