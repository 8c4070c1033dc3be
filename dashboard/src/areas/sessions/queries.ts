import { useQuery } from '@tanstack/react-query'
import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'
import { sessionLook } from '../../shell/session-glyphs.tsx'

/** A number that is linked, or is to be. */
export type Session = Schemas['Session']
/** A state a session has been in. */
export type TimelineEntry = Schemas['SessionState']

/** The code to scan, as an image and as text. */
type QrCode = paths['/api/v2/sessions/{id}/qr']['get']['responses'][200]['content']['application/json']

const path = '/api/v2/sessions'
/** Codes change every twenty seconds, and the event that says so may be lost. */
const codeEveryMs = 20_000
/** Of a day; other than the size of a page, since an answer is remembered by what was asked. */
const newestEntries = 100
const timelinePage = 50

/** Worst first, then by name: what needs somebody stands above. */
const order = ['failed', 'qr_code', 'replies_only', 'starting', 'deaf', 'working', 'stopped']

/** All sessions, those that need somebody first. */
export function useSessions() {
  return queries.useQuery('get', path, undefined, { select: sortByNeed })
}

function sortByNeed(sessions: Session[]): Session[] {
  const rank = (session: Session) => order.indexOf(sessionLook(session))
  return sessions.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
}

/** How many new conversations a session may start today, and has; undefined where the tenant does not hold to a budget. */
export function useColdBudget(sessionId: string): Schemas['ColdBudget'] | undefined {
  const { data } = queries.useQuery('get', '/api/v2/sessions/cold-budgets')
  if (data?.mode !== 'budget') return undefined
  return data.sessions.find(({ session_id: id }) => id === sessionId)
}

/** One session. */
export const useSession = (id: string) =>
  queries.useQuery('get', `${path}/{id}`, { params: { path: { id } } })

/** Its newest states, newest first. */
export const useTimeline = (id: string) =>
  queries.useQuery('get', `${path}/{id}/timeline`, {
    params: { path: { id }, query: { limit: newestEntries } },
  })

/** All its states, page after page. */
export const useTimelinePages = (id: string) =>
  queries.useInfiniteQuery(
    'get',
    `${path}/{id}/timeline`,
    { params: { path: { id }, query: { limit: timelinePage } } },
    {
      pageParamName: 'offset',
      initialPageParam: 0,
      getNextPageParam: ({ offset, limit, total }: { offset: number; limit: number; total: number }) =>
        offset + limit < total ? offset + limit : undefined,
    },
  )

/**
 * The code to scan, by which of its codes it is: another one is asked for when the session says so, not by every event.
 * Asked for as JSON; the same address also gives the picture alone.
 */
export const useQrCode = (id: string, number: number) =>
  useQuery({
    queryKey: ['qr', id, number],
    queryFn: async () => {
      const asked = { params: { path: { id } }, headers: { Accept: 'application/json' } }
      const { data } = await api.GET(`${path}/{id}/qr`, asked)
      return data as QrCode
    },
    refetchInterval: codeEveryMs,
    gcTime: 0,
  })

/** How far the history from before linking has come. */
export const useHistorySync = (id: string) =>
  queries.useQuery('get', `${path}/{id}/history`, { params: { path: { id } } })

const refresh = () => invalidatePaths([path])

/** Makes a session and begins to link it; answers its id. */
export async function connectNumber(name: string): Promise<string | undefined> {
  const { data } = await api.POST(path, { body: { name } })
  if (data === undefined) return undefined
  await api.POST(`${path}/{id}/start`, { params: { path: { id: data.id } } })
  await refresh()
  return data.id
}

/** What is done with a session as a whole. */
export type Control = 'start' | 'stop' | 'restart' | 'logout'

/** Starts, stops, restarts or unlinks one. */
export async function controlSession(id: string, control: Control): Promise<void> {
  const params = { params: { path: { id } } }
  if (control === 'start') await api.POST(`${path}/{id}/start`, params)
  else if (control === 'stop') await api.POST(`${path}/{id}/stop`, params)
  else if (control === 'restart') await api.POST(`${path}/{id}/restart`, params)
  else await api.POST(`${path}/{id}/logout`, params)
  await refresh()
}

/** Deletes one with its chats and messages. */
export async function deleteSession(id: string): Promise<void> {
  await api.DELETE(`${path}/{id}`, { params: { path: { id } } })
  await invalidatePaths([`${path}$`])
}

/** A code to type on the phone instead of scanning. */
export async function askPairingCode(id: string, phone: string) {
  const { data } = await api.POST(`${path}/{id}/pairing-code`, { params: { path: { id } }, body: { phone } })
  return data
}

/** Changes settings of a session; a new proxy makes it connect anew. */
export async function changeSettings(
  id: string,
  body: { reject_calls?: boolean; proxy_url?: string | null },
): Promise<void> {
  await api.PATCH(`${path}/{id}/settings`, { params: { path: { id } }, body })
  await refresh()
}
