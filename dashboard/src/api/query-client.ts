import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './api-error.ts'

const retries = 2

/** Whether asking again may help: not for refusals, which stay what they are. */
function isWorthRetrying(count: number, error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return count < retries && (error.status === 0 || error.status >= 500 || error.status === 429)
}

/** One cache of answers. Data stays while it refreshes; events say what is old, and every return of the line does. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      retry: isWorthRetrying,
      refetchOnWindowFocus: true,
      refetchOnReconnect: true,
    },
    mutations: { retry: false },
  },
})

/** Says that a path stands for itself alone: `/api/v2/sessions$` is the list, not what is read of a session. */
const exactly = '$'

const isMeant = (path: string, wanted: string): boolean =>
  wanted.endsWith(exactly) ? path === wanted.slice(0, -exactly.length) : path.startsWith(wanted)

/**
 * Fetches again what was read from paths that begin like this, such as `/api/v2/webhooks`, or are exactly this, such as
 * `/api/v2/sessions$`: of what is deleted nothing can be read again.
 */
export function invalidatePaths(prefixes: readonly string[]): Promise<void> {
  return queryClient.invalidateQueries({
    predicate: ({ queryKey: [, path] }) =>
      typeof path === 'string' && prefixes.some((prefix) => isMeant(path, prefix)),
  })
}
