import type { ApiError } from '../../api/api-error.ts'
import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'
import type { LeadStatus } from './status-machine.ts'

/** A person who showed interest, as lists have them. */
export type Lead = Schemas['Lead']
/** With timeline, history and notes. */
export type LeadDetail = Schemas['LeadDetail']
/** Which leads, in which order: the same for list, counts and export. */
export type LeadFilter = NonNullable<paths['/api/v2/leads/export/json']['get']['parameters']['query']>

const path = '/api/v2/leads'
const pageSize = 100
/** As many as one call of the API moves. */
const bulkSize = 1000

type Page = { offset: number; limit: number; total: number }

/** Leads of a filter, page after page. */
export function useLeads(filter: LeadFilter) {
  return queries.useInfiniteQuery(
    'get',
    path,
    { params: { query: { ...filter, limit: pageSize } } },
    {
      pageParamName: 'offset',
      initialPageParam: 0,
      getNextPageParam: ({ offset, limit, total }: Page) =>
        offset + limit < total ? offset + limit : undefined,
    },
  )
}

/** A list of leads that grows. */
export type LeadPages = ReturnType<typeof useLeads>

/** Each once: a lead that came meanwhile moves the others by one, onto the next page. */
export function leadsOf(pages: LeadPages): Lead[] {
  const byId = new Map<string, Lead>()
  for (const page of pages.data?.pages ?? []) for (const lead of page.leads) byId.set(lead.id, lead)
  return [...byId.values()]
}

/** How many a list has, counted by the server. */
export const totalOf = (pages: LeadPages): number | undefined => pages.data?.pages.at(-1)?.total

/** How many leads there are, whatever the filter. */
export const useLeadTotal = () =>
  queries.useQuery('get', path, { params: { query: { limit: 1 } } }).data?.total

/** One lead. */
export const useLead = (id: string) => queries.useQuery('get', `${path}/{id}`, { params: { path: { id } } })

/** Groups that leads may come from. */
export const useMonitoredGroups = () =>
  queries.useQuery('get', '/api/v2/groups', { params: { query: { limit: 100 } } })

/** Lists that leads may be put on. */
export const useLists = () =>
  queries.useQuery('get', '/api/v2/custom-groups', { params: { query: { limit: 100 } } })

const refresh = () => invalidatePaths([path, '/api/v2/custom-groups', '/api/v2/analytics/leads'])

/** Moves one. */
export async function moveLead(id: string, status: LeadStatus): Promise<void> {
  await api.PATCH(`${path}/{id}/status`, { params: { path: { id } }, body: { status } })
  await refresh()
}

/** Assigns one, or notes something. */
export async function updateLead(
  id: string,
  body: { assigned_to?: string | null; notes?: string | null },
): Promise<void> {
  await api.PATCH(`${path}/{id}`, { params: { path: { id } }, body })
  await refresh()
}

/** Leads that matched at one moment: everything done in bulk acts on these and no others. */
export interface Snapshot {
  leads: readonly Lead[]
  /** How many matched; more than were taken when there are more than the server gives at once. */
  matching: number
}

/** All that match now, read in one go. */
export async function takeSnapshot(query: LeadFilter): Promise<Snapshot> {
  const { data: leads = [], response } = await api.GET(`${path}/export/json`, { params: { query } })
  return { leads, matching: Number(response.headers.get('x-total-count') ?? leads.length) }
}

/** The same as a file. */
export async function exportLeads(
  query: LeadFilter,
  format: 'csv' | 'json',
): Promise<{ file: Blob; left: number; count: number }> {
  const options = { params: { query }, parseAs: 'blob' } as const
  const { data, response } =
    format === 'csv'
      ? await api.GET(`${path}/export/csv`, options)
      : await api.GET(`${path}/export/json`, options)
  const count = Number(response.headers.get('x-total-count') ?? 0)
  const isCut = response.headers.get('x-export-truncated') === 'true'
  return { file: data as Blob, count, left: isCut ? count : 0 }
}

/** What has become of a change of many. */
export interface BulkResult {
  done: number
  /** Already there: nothing to do. */
  skipped: number
  /** Reasons of the server, with how many each. */
  refused: ReadonlyMap<string, number>
  /** Why it stopped before the end, with how many were not tried. */
  stopped?: { error: ApiError; count: number }
}

type BulkAnswer = { done: number; skipped: number; errors: readonly { detail: string }[] }

/** As many calls as it takes, one after the other; what a call in the middle refuses does not undo the others. */
async function inChunks(
  ids: readonly string[],
  onProgress: (done: number) => void,
  send: (ids: string[]) => Promise<BulkAnswer>,
): Promise<BulkResult> {
  const refused = new Map<string, number>()
  const result: BulkResult = { done: 0, skipped: 0, refused }
  for (let from = 0; from < ids.length; from += bulkSize) {
    try {
      const { done, skipped, errors } = await send(ids.slice(from, from + bulkSize))
      result.done += done
      result.skipped += skipped
      for (const { detail } of errors) refused.set(detail, (refused.get(detail) ?? 0) + 1)
      onProgress(Math.min(from + bulkSize, ids.length))
    } catch (error) {
      if (from === 0) throw error
      result.stopped = { error: error as ApiError, count: ids.length - from }
      break
    }
  }
  await refresh()
  return result
}

/** Moves many; each is checked on its own. */
export const moveLeads = (ids: readonly string[], status: LeadStatus, onProgress: (done: number) => void) =>
  inChunks(ids, onProgress, async (lead_ids) => {
    const { data } = await api.POST(`${path}/bulk/status`, { body: { lead_ids, status } })
    return { done: data?.updated ?? 0, skipped: 0, errors: data?.errors ?? [] }
  })

/** Puts the people of many on a list. */
export const addToList = (
  ids: readonly string[],
  custom_group_id: string,
  onProgress: (done: number) => void,
) =>
  inChunks(ids, onProgress, async (lead_ids) => {
    const { data } = await api.POST(`${path}/bulk/add-to-group`, { body: { lead_ids, custom_group_id } })
    return { done: data?.added ?? 0, skipped: data?.skipped ?? 0, errors: data?.errors ?? [] }
  })
