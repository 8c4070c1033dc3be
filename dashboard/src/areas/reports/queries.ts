import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'

/** What a tenant wants to be told regularly. */
export type Report = Schemas['Report']
/** A report with its newest runs. */
export type ReportWithRuns = Schemas['ReportWithRuns']
/** One run. */
export type Run = ReportWithRuns['executions'][number]
/** What a run found out. */
export type Content = Schemas['ReportContent']
/** A kind of report. */
export type Template = Schemas['ReportTemplate']
/** What makes one. */
export type ReportBody = paths['/api/v2/reports']['post']['requestBody']['content']['application/json']
/** What changes one. */
export type ReportChange = NonNullable<
  paths['/api/v2/reports/{id}']['patch']['requestBody']
>['content']['application/json']
/** What is looked at before it is ordered. */
export type PreviewBody =
  paths['/api/v2/reports/preview']['post']['requestBody']['content']['application/json']

const path = '/api/v2/reports'
const pageSize = 100

/** All reports, newest first, page after page. */
export const useReports = () =>
  queries.useInfiniteQuery(
    'get',
    path,
    { params: { query: { limit: pageSize } } },
    {
      pageParamName: 'offset',
      initialPageParam: 0,
      getNextPageParam: ({ offset, limit, total }: { offset: number; limit: number; total: number }) =>
        offset + limit < total ? offset + limit : undefined,
    },
  )

/** One report with its newest runs. */
export const useReport = (id: string) => queries.useQuery('get', `${path}/{id}`, { params: { path: { id } } })

/** The ten kinds. */
export const useTemplates = () => queries.useQuery('get', `${path}/templates`, {}, { staleTime: 600_000 })

/** What a report would say now, and when it would run. */
export const usePreview = (body: PreviewBody, enabled: boolean) =>
  queries.useQuery('post', `${path}/preview`, { body }, { enabled, retry: false })

/** The numbers whose own chat a report can go to. */
export const useSessions = () => queries.useQuery('get', '/api/v2/sessions')

const refresh = () => invalidatePaths([path])

/** Orders one; its id. */
export async function createReport(body: ReportBody): Promise<string | undefined> {
  const { data } = await api.POST(path, { body })
  await refresh()
  return data?.id
}

/** Changes one. */
export async function changeReport(id: string, body: ReportChange): Promise<void> {
  await api.PATCH(`${path}/{id}`, { params: { path: { id } }, body })
  await refresh()
}

/** Lets one rest, or go on. */
export async function steerReport(id: string, action: 'pause' | 'resume'): Promise<void> {
  const params = { path: { id } }
  if (action === 'pause') await api.POST(`${path}/{id}/pause`, { params })
  else await api.POST(`${path}/{id}/resume`, { params })
  await refresh()
}

/** Deletes one with its runs; what shows it is left before the lists are fetched again. */
export async function deleteReport(id: string, leave: () => Promise<void>): Promise<void> {
  await api.DELETE(`${path}/{id}`, { params: { path: { id } } })
  await leave()
  await refresh()
}

/** A run as a page to keep and print. */
export async function fetchPage(id: string, executionId: string): Promise<Blob> {
  const { data } = await api.GET(`${path}/{id}/executions/{execution_id}/file`, {
    params: { path: { id, execution_id: executionId } },
    parseAs: 'blob',
  })
  return data as unknown as Blob
}
