import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'

/** A message that goes out at a time or by a rule. */
export type Schedule = Schemas['ScheduledMessage']
/** A run of one. */
export type Execution = Schemas['ScheduleExecution']
/** What one is made of. */
export type ScheduleBody =
  paths['/api/v2/scheduled-messages']['post']['requestBody']['content']['application/json']
/** What of one changes. */
export type ScheduleChange = NonNullable<
  paths['/api/v2/scheduled-messages/{id}']['patch']['requestBody']
>['content']['application/json']
/** When something would run. */
export type RuleBody = NonNullable<
  paths['/api/v2/scheduled-messages/preview']['post']['requestBody']
>['content']['application/json']

/** How a schedule stands. */
export const scheduleStatuses = ['active', 'paused', 'completed', 'cancelled'] as const
/** One of them. */
export type ScheduleStatus = (typeof scheduleStatuses)[number]

const path = '/api/v2/scheduled-messages'
const pageSize = 100

const nextOffset = ({ offset, limit, total }: { offset: number; limit: number; total: number }) =>
  offset + limit < total ? offset + limit : undefined
const paged = { pageParamName: 'offset', initialPageParam: 0, getNextPageParam: nextOffset }

/** Schedules, newest first, page after page. */
export const useSchedules = (status: ScheduleStatus | undefined) =>
  queries.useInfiniteQuery(
    'get',
    path,
    { params: { query: { limit: pageSize, ...(status === undefined ? {} : { status }) } } },
    paged,
  )

/** One schedule with its next runs. */
export const useSchedule = (id: string) =>
  queries.useQuery('get', `${path}/{id}`, { params: { path: { id } } })

/** Its runs, newest first, page after page. */
export const useHistory = (id: string) =>
  queries.useInfiniteQuery(
    'get',
    `${path}/{id}/history`,
    { params: { path: { id }, query: { limit: pageSize } } },
    paged,
  )

/** What ran and will run in a span of time. */
export const useCalendar = (from: string, to: string) =>
  queries.useQuery('get', `${path}/calendar`, { params: { query: { from, to } } })

/** When something would run. */
export const useRule = (body: RuleBody, isEnabled: boolean) =>
  queries.useQuery('post', `${path}/preview`, { body }, { enabled: isEnabled, retry: false })

/** The numbers that send. */
export const useSessions = () => queries.useQuery('get', '/api/v2/sessions')

/** Lists and segments. */
export const useLists = () =>
  queries.useQuery('get', '/api/v2/custom-groups', { params: { query: { limit: pageSize } } })

/** Channels. */
export const useChannels = () =>
  queries.useQuery('get', '/api/v2/channels', { params: { query: { limit: pageSize } } })

/** WhatsApp groups of numbers that work. */
export const useGroups = (isEnabled: boolean) =>
  queries.useQuery('get', '/api/v2/custom-groups/wa-groups', {}, { enabled: isEnabled })

const refresh = () => invalidatePaths([path])

/** Makes one; its id. */
export async function createSchedule(body: ScheduleBody): Promise<string> {
  const { data } = await api.POST(path, { body })
  await refresh()
  return data?.id ?? ''
}

/** Changes one. */
export async function changeSchedule(id: string, body: ScheduleChange): Promise<void> {
  await api.PATCH(`${path}/{id}`, { params: { path: { id } }, body })
  await refresh()
}

/** Pauses, resumes or cancels. */
export async function steerSchedule(id: string, verb: 'pause' | 'resume' | 'cancel'): Promise<void> {
  await api.POST(`${path}/{id}/${verb}`, { params: { path: { id } } })
  await refresh()
}

/** Deletes one that has ended; `leave` leads away from it before anything asks for it again. */
export async function deleteSchedule(id: string, leave: () => Promise<void>): Promise<void> {
  await api.DELETE(`${path}/{id}`, { params: { path: { id } } })
  await leave()
  await refresh()
}
