import { keepPreviousData } from '@tanstack/react-query'
import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'

/** A person over all sessions. */
export type Contact = Schemas['Contact']
/** A list of people, or a segment when it has a filter. */
export type CustomGroup = Schemas['CustomGroup']
/** Somebody on a list, or in a segment now. */
export type Member = Schemas['CustomGroupMember']
/** Who belongs to a segment. */
export type Filter = Schemas['SegmentFilterInput']
/** What became of a file. */
export type ImportReport = Schemas['CustomGroupImport']
/** What became of WhatsApp groups. */
export type ImportedGroups = Schemas['ImportedCustomGroup']

const path = '/api/v2/custom-groups'
const contactsPath = '/api/v2/contacts'
const pageSize = 100
const memberPage = 1000

type Page = { offset: number; limit: number; total: number }
const paged = {
  pageParamName: 'offset',
  initialPageParam: 0,
  getNextPageParam: ({ offset, limit, total }: Page) => (offset + limit < total ? offset + limit : undefined),
} as const

/** People, page after page. */
export const useContacts = (filter: { search?: string; session_id?: string }) =>
  queries.useInfiniteQuery('get', contactsPath, { params: { query: { ...filter, limit: pageSize } } }, paged)

/** One person. */
export const useContact = (id: string) =>
  queries.useQuery('get', `${contactsPath}/{id}`, { params: { path: { id } } })

/** Names a person, or notes something. */
export async function updateContact(
  id: string,
  body: { name: string | null; notes: string | null },
): Promise<void> {
  await api.PATCH(`${contactsPath}/{id}`, { params: { path: { id } }, body })
  await invalidatePaths([contactsPath])
}

/** Numbers of the tenant. */
export const useSessions = () => queries.useQuery('get', '/api/v2/sessions')

/** Lists and segments, newest first. */
export const useLists = () =>
  queries.useInfiniteQuery('get', path, { params: { query: { limit: pageSize } } }, paged)

/** Lists and segments to choose from. */
export const useListChoices = () => queries.useQuery('get', path, { params: { query: { limit: 100 } } })

/** One of them, without its people. */
export const useList = (id: string) =>
  queries.useQuery('get', `${path}/{id}`, { params: { path: { id }, query: { limit: 1 } } })

/** Its people, a thousand at a time. */
export const useMembers = (id: string) =>
  queries.useInfiniteQuery(
    'get',
    `${path}/{id}`,
    { params: { path: { id }, query: { limit: memberPage } } },
    {
      pageParamName: 'offset',
      initialPageParam: 0,
      getNextPageParam: (last, pages: { members: readonly Member[] }[]) => {
        const count = pages.reduce((sum, { members }) => sum + members.length, 0)
        const isMore = last.members.length === memberPage && count < last.member_count
        return isMore ? count : undefined
      },
    },
  )

/** How many a list has now, and how many of them opted out. */
export const useListSize = (id: string) =>
  queries.useQuery('get', `${path}/{id}/preview`, { params: { path: { id }, query: { limit: 1 } } })

/** How many a filter finds; what is shown stays until the next answer. */
export const useFilterSize = (filter: Filter) =>
  queries.useQuery(
    'post',
    `${path}/preview`,
    { body: { filter, limit: 10 } },
    {
      // A filter without a condition would be everybody, which the server refuses.
      enabled: Object.keys(filter).length > 0,
      placeholderData: keepPreviousData,
      staleTime: 5000,
    },
  )

/** Labels, monitored groups and WhatsApp groups to choose from. */
export const useLabels = () => queries.useQuery('get', '/api/v2/labels')
/** Groups that are listened to. */
export const useMonitoredGroups = () =>
  queries.useQuery('get', '/api/v2/groups', { params: { query: { limit: 100 } } })
/** WhatsApp groups of all working sessions. */
export const useWaGroups = () => queries.useQuery('get', `${path}/wa-groups`)

const refresh = () => invalidatePaths([path])

/** Makes a list, or with a filter a segment. */
export async function createList(body: { name: string; description?: string | null; filter?: Filter }) {
  const { data } = await api.POST(path, { body })
  await refresh()
  return data
}

/** Makes a list of everybody in WhatsApp groups. */
export async function createFromWaGroups(body: {
  name: string
  wa_groups: { wa_group_id: string; session_id: string }[]
}) {
  const { data } = await api.POST(`${path}/from-wa-groups`, { body })
  await refresh()
  return data
}

/** Renames it, or says anew who belongs to it. */
export async function updateList(
  id: string,
  body: { name?: string; description?: string | null; filter?: Filter },
): Promise<void> {
  await api.PATCH(`${path}/{id}`, { params: { path: { id } }, body })
  await refresh()
}

/** Deletes it. */
export async function deleteList(id: string): Promise<void> {
  await api.DELETE(`${path}/{id}`, { params: { path: { id } } })
  await refresh()
}

/** Puts people on a list by their numbers. */
export async function addMembers(id: string, contacts: { phone: string; name?: string }[]) {
  const { data } = await api.POST(`${path}/{id}/members/add`, {
    params: { path: { id } },
    body: { contacts },
  })
  await refresh()
  return data
}

/** Takes people off a list; as many calls as it takes. How many went. */
export async function removeMembers(id: string, ids: readonly string[]): Promise<number> {
  let removed = 0
  for (let from = 0; from < ids.length; from += memberPage) {
    const body = { member_ids: ids.slice(from, from + memberPage) }
    const { data } = await api.POST(`${path}/{id}/members/remove`, { params: { path: { id } }, body })
    removed += data?.removed ?? 0
  }
  await refresh()
  return removed
}

/** How a file is read. */
export interface ImportOptions {
  columns: Record<string, number>
  delimiter: string
  encoding: string
  defaultCountry: string
}

/** Puts the people of a file on a list; what was refused is told with its lines. */
export async function importFile(
  id: string,
  file: File,
  options: ImportOptions,
): Promise<ImportReport | undefined> {
  const form = new FormData()
  form.set('columns', JSON.stringify(options.columns))
  form.set('delimiter', options.delimiter)
  form.set('encoding', options.encoding)
  if (options.defaultCountry !== '') form.set('default_country', options.defaultCountry)
  form.set('file', file)
  const { data } = await api.POST(`${path}/{id}/import`, {
    params: { path: { id } },
    // The document describes the JSON of the same call; a file goes as a form, whose type it cannot say.
    body: form as never,
    bodySerializer: (body: unknown) => body as FormData,
  })
  await refresh()
  return data
}

/** Everybody on it as a file. */
export async function exportList(id: string, format: 'csv' | 'json'): Promise<Blob> {
  const options = { params: { path: { id } }, parseAs: 'blob' } as const
  const { data } =
    format === 'csv'
      ? await api.GET(`${path}/{id}/export/csv`, options)
      : await api.GET(`${path}/{id}/export/json`, options)
  return data as Blob
}
