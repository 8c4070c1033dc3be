import { queries } from '../api/client.ts'

/** What whoever is signed in may do. Until it is known nothing is refused: the server has the last word. */
export interface Permissions {
  /** False until the answer is there: what a role may not read is not asked for before. */
  isKnown: boolean
  /** Whether the role includes a scope, such as `settings:manage`. */
  holds(scope: string): boolean
  /** Whether it is an owner or admin, which some things need beside the scope. */
  isLead: boolean
  /** The own id, and undefined until it is known. */
  userId: string | undefined
}

/** As the API: `*` is all, `manage` includes `read` of the same. */
function includes(held: readonly string[], wanted: string): boolean {
  return held.includes('*') || held.includes(wanted) || held.includes(wanted.replace(/:read$/, ':manage'))
}

/** The permissions of whoever is signed in. */
export function usePermissions(): Permissions {
  const { data: me, error } = queries.useQuery('get', '/api/v2/users/me')
  return {
    // Without an answer the page shows what its own questions say.
    isKnown: me !== undefined || error !== null,
    holds: (scope) => me === undefined || includes(me.scopes, scope),
    isLead: me === undefined || me.role !== 'member',
    userId: me?.id,
  }
}
