import { keepPreviousData } from '@tanstack/react-query'
import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'

/** A group that is listened to. */
export type MonitoredGroup = Schemas['MonitoredGroup']
/** A group as WhatsApp has it, with its members. */
export type WhatsAppGroup = Schemas['WhatsAppGroup']
/** How a group is listened to. */
export type MonitorBody = NonNullable<
  paths['/api/v2/groups/{id}']['patch']['requestBody']
>['content']['application/json']
/** What can be changed of a group itself. */
export type SettingsBody = Omit<
  NonNullable<
    paths['/api/v2/groups/{wa_group_id}/settings']['patch']['requestBody']
  >['content']['application/json'],
  'session_id'
>
/** A group that a session is in. */
export type AvailableGroup =
  paths['/api/v2/groups/available/{session_id}']['get']['responses'][200]['content']['application/json']['items'][number]
/** A message that was captured. */
export type CapturedMessage =
  paths['/api/v2/groups/{group_id}/messages']['get']['responses'][200]['content']['application/json']['items'][number]
/** What became of one person of a change. */
export type MemberResult =
  paths['/api/v2/groups/{wa_group_id}/participants/add']['post']['responses'][200]['content']['application/json']['results'][number]
/** What is done with members. */
export type MemberChange = 'participants/add' | 'participants/remove' | 'admin/promote' | 'admin/demote'

/** Which messages count, in the order of the form. */
export const monitorModes = ['keywords', 'first_message', 'mentions', 'all', 'ai_analysis'] as const
/** How keywords match. */
export const keywordMatches = ['start', 'word', 'anywhere'] as const

const path = '/api/v2/groups'
const pageSize = 100

type Page = { offset: number; limit: number; total: number }
const paged = {
  pageParamName: 'offset',
  initialPageParam: 0,
  getNextPageParam: ({ offset, limit, total }: Page) => (offset + limit < total ? offset + limit : undefined),
} as const

/** Groups that are listened to. */
export const useMonitoredGroups = () =>
  queries.useInfiniteQuery('get', path, { params: { query: { limit: pageSize } } }, paged)

/** One of them. */
export const useMonitoredGroup = (id: string) =>
  queries.useQuery('get', `${path}/{id}`, { params: { path: { id } } })

/** Numbers that groups can be reached through. */
export const useSessions = () => queries.useQuery('get', '/api/v2/sessions')

/** Groups that a session is in. */
export const useAvailableGroups = (session_id: string) =>
  queries.useQuery(
    'get',
    `${path}/available/{session_id}`,
    { params: { path: { session_id } } },
    { enabled: session_id !== '' },
  )

/** Messages that were captured in a group, newest first. */
export const useCapturedMessages = (group_id: string) =>
  queries.useInfiniteQuery(
    'get',
    `${path}/{group_id}/messages`,
    { params: { path: { group_id }, query: { limit: pageSize } } },
    paged,
  )

/** Leads that a group gave a signal of. */
export const useGroupLeads = (id: string) =>
  queries.useInfiniteQuery(
    'get',
    '/api/v2/leads',
    { params: { query: { source_group_id: id, limit: pageSize } } },
    paged,
  )

/** What keywords would have found in the last messages; what is shown stays until the next answer. */
export const useKeywordTest = (
  id: string,
  keywords: string[],
  keyword_match: MonitoredGroup['keyword_match'],
) =>
  queries.useQuery(
    'post',
    `${path}/{id}/test-keywords`,
    { params: { path: { id } }, body: { keywords, keyword_match, limit: 100 } },
    { enabled: keywords.length > 0, placeholderData: keepPreviousData, staleTime: 5000 },
  )

/** A group with its members, by WhatsApp's id. */
export const useWhatsAppGroup = (wa_group_id: string, session_id: string | undefined) =>
  queries.useQuery('get', `${path}/wa/{wa_group_id}`, {
    params: { path: { wa_group_id }, query: session_id === undefined ? {} : { session_id } },
  })

/** The labels a lead can get. */
export const useLabels = () => queries.useQuery('get', '/api/v2/labels')

const refresh = () => invalidatePaths([path])

/** Listens to a group from now on. */
export async function monitorGroup(body: MonitorBody & { session_id: string; wa_group_id: string }) {
  const { data } = await api.POST(path, { body })
  await refresh()
  return data
}

/** Changes how. */
export async function updateMonitored(id: string, body: MonitorBody): Promise<void> {
  await api.PATCH(`${path}/{id}`, { params: { path: { id } }, body })
  await refresh()
}

/** Listens no more; leads stay. */
export async function stopMonitoring(id: string): Promise<void> {
  await api.DELETE(`${path}/{id}`, { params: { path: { id } } })
  await refresh()
}

/** Changes the group itself, for everybody in it. */
export async function updateGroup(group: WhatsAppGroup, body: SettingsBody): Promise<void> {
  const { wa_group_id, session_id } = group
  await api.PATCH(`${path}/{wa_group_id}/settings`, {
    params: { path: { wa_group_id } },
    body: { ...body, session_id },
  })
  await refresh()
}

/** Adds, removes, makes admins or members; each person has a result of its own. */
export async function changeMembers(
  { wa_group_id, session_id }: WhatsAppGroup,
  change: MemberChange,
  participants: string[],
): Promise<readonly MemberResult[]> {
  const options = { params: { path: { wa_group_id } }, body: { session_id, participants } }
  const send = {
    'participants/add': () => api.POST(`${path}/{wa_group_id}/participants/add`, options),
    'participants/remove': () => api.POST(`${path}/{wa_group_id}/participants/remove`, options),
    'admin/promote': () => api.POST(`${path}/{wa_group_id}/admin/promote`, options),
    'admin/demote': () => api.POST(`${path}/{wa_group_id}/admin/demote`, options),
  }[change]
  const { data } = await send()
  await refresh()
  return data?.results ?? []
}

/** The link that lets people in; only for admins. */
export const useInvite = ({ wa_group_id, session_id, is_admin }: WhatsAppGroup) =>
  queries.useQuery(
    'get',
    `${path}/{wa_group_id}/invite`,
    { params: { path: { wa_group_id }, query: { session_id } } },
    { enabled: is_admin },
  )

/** A new link; the old one leads nowhere from now on. */
export async function renewInvite({ wa_group_id, session_id }: WhatsAppGroup): Promise<void> {
  await api.POST(`${path}/{wa_group_id}/invite`, { params: { path: { wa_group_id } }, body: { session_id } })
  await refresh()
}

/** Who waits to be let in; only admins see it. */
export const useJoinRequests = ({ wa_group_id, session_id, is_admin, join_approval }: WhatsAppGroup) =>
  queries.useQuery(
    'get',
    `${path}/{wa_group_id}/join-requests`,
    { params: { path: { wa_group_id }, query: { session_id } } },
    { enabled: is_admin && join_approval },
  )

/** Lets people in, or turns them away. */
export async function decideJoin(
  { wa_group_id, session_id }: WhatsAppGroup,
  decision: 'approve' | 'reject',
  participants: string[],
): Promise<void> {
  await api.POST(`${path}/{wa_group_id}/join-requests`, {
    params: { path: { wa_group_id } },
    body: { session_id, decision, participants },
  })
  await refresh()
}

/** The account is no member from now on. */
export async function leaveGroup({ wa_group_id, session_id }: WhatsAppGroup): Promise<void> {
  await api.POST(`${path}/{wa_group_id}/leave`, { params: { path: { wa_group_id } }, body: { session_id } })
  await refresh()
}
