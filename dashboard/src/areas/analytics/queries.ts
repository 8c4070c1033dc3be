import { api, queries, type Schemas } from '../../api/client.ts'
import type { Interval, Period } from './period.ts'

/** How much was written. */
export type Volumes = Schemas['MessageVolumes']
/** How long people waited. */
export type Waits = Schemas['ResponseTimes']
/** How far leads come. */
export type Leads = Schemas['LeadFunnel']
/** A campaign beside others. */
export type Campaign = Schemas['CampaignList']['campaigns'][number]
/** A person with the parts of the score. */
export type Person = Schemas['ContactEngagement']['contacts'][number]
/** What became of messages by the hour they were sent. */
export type Hours = Schemas['SendTimes']

/** What figures are asked for. */
export interface Ask extends Period {
  interval: Interval
  session_id?: string
  label_id?: string
}

/** Figures are counted a little after what they count, and nothing tells that they were. */
const live = { refetchInterval: 60_000 }
const pageSize = 100
/** A file has no more rows: each hundred is a request. */
export const mostKept = 1000

/** How much was written. */
export const useVolumes = (query: Ask, enabled = true) =>
  queries.useQuery('get', '/api/v2/analytics/messages', { params: { query } }, { ...live, enabled })

/** How long people waited for answers. */
export const useWaits = (query: Ask, enabled = true) =>
  queries.useQuery('get', '/api/v2/analytics/response-times', { params: { query } }, { ...live, enabled })

/** How far leads come. */
export const useLeadFunnel = (query: Ask, enabled = true) =>
  queries.useQuery('get', '/api/v2/analytics/leads', { params: { query } }, { ...live, enabled })

/** Which sends the hours are of. */
export interface HoursAsk {
  timezone: string
  days: number
  source: 'all' | 'campaigns'
  session_id?: string
}

/** When messages are answered. */
export const useHours = (query: HoursAsk) =>
  queries.useQuery('get', '/api/v2/analytics/send-times', { params: { query } }, live)

interface PageOf {
  offset: number
  limit: number
  total: number
}

const paging = {
  pageParamName: 'offset',
  initialPageParam: 0,
  getNextPageParam: ({ offset, limit, total }: PageOf) =>
    offset + limit < total ? offset + limit : undefined,
} as const

/** By what campaigns are listed. */
export const campaignSorts = ['created_at', 'delivery_rate', 'read_rate', 'reply_rate'] as const
/** By what people are. */
export const personSorts = [
  'engagement_score',
  'messages_sent',
  'messages_received',
  'reply_rate',
  'last_active_at',
] as const

/** Which campaigns. */
export interface CampaignsAsk extends Period {
  session_id?: string
  sort: (typeof campaignSorts)[number]
  order: 'asc' | 'desc'
}

/** Campaigns beside each other, page after page. */
export const useCampaigns = (query: CampaignsAsk) =>
  queries.useInfiniteQuery(
    'get',
    '/api/v2/analytics/campaigns',
    { params: { query: { ...query, limit: pageSize } } },
    paging,
  )

/** What one achieved. */
export const useCampaign = (id: string) =>
  queries.useQuery('get', '/api/v2/analytics/campaigns/{job_id}', {
    params: { path: { job_id: id }, query: { limit: 1 } },
  })

/** Which people. */
export interface PeopleAsk {
  session_id?: string
  sort: (typeof personSorts)[number]
  order: 'asc' | 'desc'
}

/** People by how much they take part, page after page. */
export const usePeople = (query: PeopleAsk) =>
  queries.useInfiniteQuery(
    'get',
    '/api/v2/analytics/contacts',
    { params: { query: { ...query, limit: pageSize } } },
    paging,
  )

async function fetchAll<Row>(fetchPage: (offset: number) => Promise<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  while (rows.length < mostKept) {
    const page = await fetchPage(rows.length)
    rows.push(...page)
    if (page.length < pageSize) break
  }
  return rows
}

/** The first thousand campaigns. */
export const fetchCampaigns = (query: CampaignsAsk) =>
  fetchAll(async (offset) => {
    const params = { query: { ...query, limit: pageSize, offset } }
    const { data } = await api.GET('/api/v2/analytics/campaigns', { params })
    return data?.campaigns ?? []
  })

/** The first thousand people. */
export const fetchPeople = (query: PeopleAsk) =>
  fetchAll(async (offset) => {
    const params = { query: { ...query, limit: pageSize, offset } }
    const { data } = await api.GET('/api/v2/analytics/contacts', { params })
    return data?.contacts ?? []
  })

/** The numbers, to look at one alone. */
export const useSessions = () => queries.useQuery('get', '/api/v2/sessions')
/** The labels, to look at chats that have one. */
export const useLabels = () => queries.useQuery('get', '/api/v2/labels')
