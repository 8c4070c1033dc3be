import { mayBeSignedIn } from '../api/access-token.ts'
import { queries } from '../api/client.ts'

/** The tenant's zone, in which every time is shown; the browser's until it is known. */
export function useTimeZone(): string {
  const { data } = queries.useQuery(
    'get',
    '/api/v2/tenant/settings',
    {},
    {
      staleTime: 10 * 60_000,
      enabled: mayBeSignedIn(),
    },
  )
  return data?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
}
