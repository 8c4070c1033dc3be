import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'
import type { Stage } from './parts.ts'

/** A campaign: one message to many, which the API calls a bulk job. */
export type Job = Schemas['BulkJob']
/** How it comes along. */
export type Progress = Schemas['BulkProgress']
/** What it achieved. */
export type Analytics = Schemas['CampaignAnalytics']
/** Somebody it writes to. */
export type Recipient = Schemas['ListedRecipient']
/** What a campaign is made of. */
export type JobBody = paths['/api/v2/bulk-send']['post']['requestBody']['content']['application/json']
/** What of a campaign changes. */
export type JobChange = NonNullable<
  paths['/api/v2/bulk-send/{id}']['patch']['requestBody']
>['content']['application/json']
/** What is looked at before there is a campaign. */
export type PreviewBody =
  paths['/api/v2/bulk-send/preview']['post']['requestBody']['content']['application/json']

/** How a campaign stands, in the order in which it passes. */
export const jobStatuses = ['pending', 'running', 'paused', 'completed', 'cancelled', 'failed'] as const
/** One of them. */
export type JobStatus = (typeof jobStatuses)[number]

const path = '/api/v2/bulk-send'
const pageSize = 100
/** Figures of a campaign under way are fetched anew after so long. */
const figuresMs = 15_000

interface Page {
  offset: number
  limit: number
  total: number
}

const nextOffset = ({ offset, limit, total }: Page) => (offset + limit < total ? offset + limit : undefined)

/** Campaigns, newest first, page after page. */
export const useJobs = (status: JobStatus | undefined) =>
  queries.useInfiniteQuery(
    'get',
    path,
    { params: { query: { limit: pageSize, ...(status === undefined ? {} : { status }) } } },
    { pageParamName: 'offset', initialPageParam: 0, getNextPageParam: nextOffset },
  )

/** One campaign. */
export const useJob = (id: string) =>
  queries.useQuery('get', `${path}/{id}`, { params: { path: { id }, query: { recipients_limit: 1 } } })

/** What it achieved: reasons, pace, variants. A plan may be without; then it is a refusal. */
export const useAnalytics = (id: string, isOver: boolean) =>
  queries.useQuery(
    'get',
    '/api/v2/analytics/campaigns/{job_id}',
    { params: { path: { job_id: id }, query: { limit: 1 } } },
    isOver ? {} : { refetchInterval: figuresMs },
  )

/** Which recipients. */
export interface RecipientFilter {
  stage?: Stage | undefined
  reason?: string | undefined
}

const queryOf = ({ stage, reason }: RecipientFilter) => ({
  ...(stage === undefined ? {} : { stage }),
  ...(reason === undefined ? {} : { skip_reason: reason }),
})

/** Recipients in the order of the campaign, page after page. */
export const useRecipients = (id: string, filter: RecipientFilter) =>
  queries.useInfiniteQuery(
    'get',
    `${path}/{id}/recipients`,
    { params: { path: { id }, query: { limit: pageSize, ...queryOf(filter) } } },
    {
      pageParamName: 'after',
      initialPageParam: -1,
      getNextPageParam: ({ recipients, limit }: { recipients: Recipient[]; limit: number }) =>
        recipients.length < limit ? undefined : recipients.at(-1)?.position,
    },
  )

/** The numbers that send. */
export const useSessions = () => queries.useQuery('get', '/api/v2/sessions')

/** Lists and segments, newest first. */
export const useLists = () =>
  queries.useQuery('get', '/api/v2/custom-groups', { params: { query: { limit: pageSize } } })

/** One list, for its name. */
export const useList = (id: string | null) =>
  queries.useQuery(
    'get',
    '/api/v2/custom-groups/{id}/preview',
    { params: { path: { id: id ?? '' }, query: { limit: 50 } } },
    { enabled: id !== null && id !== '' },
  )

/** How many of a list never wrote to a number: with them a conversation begins. */
export const useCold = (groupId: string, sessionId: string) =>
  queries.useQuery(
    'post',
    '/api/v2/custom-groups/preview',
    {
      body: { filter: { in_group_id: [groupId], has_written: false, session_id: sessionId }, limit: 1 },
    },
    { enabled: groupId !== '' && sessionId !== '' },
  )

/** What people would get. */
export const usePreview = (body: PreviewBody, isEnabled: boolean) =>
  queries.useQuery('post', `${path}/preview`, { body }, { enabled: isEnabled, retry: false })

const refresh = () => invalidatePaths([path, '/api/v2/analytics/campaigns'])

/** Starts a campaign; with the same key it is one, however often it is sent. */
export async function startJob(body: JobBody, key: string): Promise<Job> {
  const { data } = await api.POST(path, { body, params: { header: { 'Idempotency-Key': key } } })
  await refresh()
  if (data === undefined) throw new Error('no answer')
  return data
}

/** Changes one that rests. */
export async function changeJob(id: string, body: JobChange): Promise<void> {
  await api.PATCH(`${path}/{id}`, { params: { path: { id } }, body })
  await refresh()
}

/** Pauses, resumes or cancels. */
export async function steerJob(id: string, verb: 'pause' | 'resume' | 'cancel'): Promise<void> {
  await api.POST(`${path}/{id}/${verb}`, { params: { path: { id } }, body: {} })
  await refresh()
}

/** A copy that rests, to be changed; its id. */
export async function cloneJob(id: string): Promise<string> {
  const { data } = await api.POST(`${path}/{id}/clone`, { params: { path: { id } }, body: {} })
  await refresh()
  return data?.id ?? id
}

/** A campaign for those who failed; its id. */
export async function retryFailed(id: string): Promise<string> {
  const { data } = await api.POST(`${path}/{id}/retry-failed`, { params: { path: { id } }, body: {} })
  await refresh()
  return data?.id ?? id
}

/** Sends what somebody would get to the own chat of the number. */
export async function sendTest(body: PreviewBody): Promise<void> {
  await api.POST(`${path}/test`, { body })
}

/** The same of a campaign that is there. */
export async function sendJobTest(id: string): Promise<void> {
  await api.POST(`${path}/{id}/test`, { params: { path: { id } }, body: {} })
}

/** The recipients as a file, those of a filter alone. */
export async function exportRecipients(id: string, filter: RecipientFilter): Promise<Blob> {
  const { data } = await api.GET(`${path}/{id}/export/csv`, {
    params: { path: { id }, query: queryOf(filter) },
    parseAs: 'blob',
  })
  return data as unknown as Blob
}

/** A list of a name with the people of a file; what became of its lines. */
export async function listFromFile(
  name: string,
  file: File,
  country: string,
): Promise<{ id: string; report: Schemas['CustomGroupImport'] }> {
  const { data: made } = await api.POST('/api/v2/custom-groups', { body: { name } })
  const id = made?.id ?? ''
  const form = new FormData()
  if (country !== '') form.append('default_country', country)
  form.append('file', file)
  try {
    const { data } = await api.POST('/api/v2/custom-groups/{id}/import', {
      params: { path: { id } },
      body: form as never,
      bodySerializer: (body) => body as unknown as FormData,
    })
    await invalidatePaths(['/api/v2/custom-groups'])
    if (data === undefined) throw new Error('no answer')
    return { id, report: data }
  } catch (error) {
    // A file that was refused leaves no empty list behind.
    await api.DELETE('/api/v2/custom-groups/{id}', { params: { path: { id } } }).catch(() => undefined)
    throw error
  }
}
