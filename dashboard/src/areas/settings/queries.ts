import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'

type AnswerOf<Path extends '/api/v2/users/me' | '/api/v2/tenant/settings' | '/api/v2/antispam/settings'> =
  paths[Path]['get']['responses'][200]['content']['application/json']

/** Whoever is signed in, with the tenant. */
export type Me = AnswerOf<'/api/v2/users/me'>
/** Settings of the tenant. */
export type TenantSettings = AnswerOf<'/api/v2/tenant/settings'>
/** What of them is changed. */
export type TenantChange = NonNullable<
  paths['/api/v2/tenant/settings']['patch']['requestBody']
>['content']['application/json']
/** How many new conversations a number may start. */
export type Budget = Pick<
  AnswerOf<'/api/v2/antispam/settings'>,
  'cold_budget_first_week' | 'cold_budget_growth' | 'cold_budget_max'
>
/** A person of the tenant. */
export type User = Schemas['User']
/** A key, without its secret. */
export type ApiKey = paths['/api/v2/api-keys']['get']['responses'][200]['content']['application/json'][number]
/** What a key is made of. */
export type KeyBody = paths['/api/v2/api-keys']['post']['requestBody']['content']['application/json']
/** Named sets of scopes. */
export type Preset = NonNullable<KeyBody['preset']>

/** Whoever is signed in. */
export const useMe = () => queries.useQuery('get', '/api/v2/users/me')

/** Changes the own account. */
export async function changeMe(
  body: paths['/api/v2/users/me']['patch']['requestBody'] extends
    | { content: { 'application/json': infer Body } }
    | undefined
    ? Body
    : never,
): Promise<void> {
  await api.PATCH('/api/v2/users/me', { body })
  await invalidatePaths(['/api/v2/users'])
}

/** Settings of the tenant. */
export const useTenantSettings = () => queries.useQuery('get', '/api/v2/tenant/settings')

/** Changes settings of the tenant; only what is given. */
export async function changeTenant(body: TenantChange): Promise<void> {
  await api.PATCH('/api/v2/tenant/settings', { body })
  await invalidatePaths(['/api/v2/tenant', '/api/v2/users/me', '/api/v2/overview'])
}

/** Changes how many new conversations a number may start. */
export async function changeBudget(body: Partial<Budget>): Promise<void> {
  await api.PUT('/api/v2/antispam/settings', { body })
  await invalidatePaths(['/api/v2/antispam/settings'])
}

/** People of the tenant, oldest first, page after page. */
export const usePeople = () =>
  queries.useInfiniteQuery(
    'get',
    '/api/v2/users',
    { params: { query: { limit: 100 } } },
    {
      pageParamName: 'offset',
      initialPageParam: 0,
      getNextPageParam: ({ offset, limit, total }: { offset: number; limit: number; total: number }) =>
        offset + limit < total ? offset + limit : undefined,
    },
  )

/** An invitation that nobody accepted yet. */
export type Invitation = Schemas['Invitation']
/** What a person may be made of here. */
export type TenantRole = Invitation['role']

const peoplePaths = ['/api/v2/users', '/api/v2/invitations']

/** Invitations that nobody accepted yet, oldest first. */
export const useInvitations = () =>
  queries.useQuery('get', '/api/v2/invitations', { params: { query: { limit: 100 } } })

/** Changes role or access of a person. */
export async function changePerson(
  id: string,
  body: { role?: TenantRole; is_active?: boolean },
): Promise<void> {
  await api.PATCH('/api/v2/users/{id}', { params: { path: { id } }, body })
  await invalidatePaths(peoplePaths)
}

/** Takes a person out for good. */
export async function removePerson(id: string): Promise<void> {
  await api.DELETE('/api/v2/users/{id}', { params: { path: { id } } })
  await invalidatePaths(peoplePaths)
}

/** Makes somebody else the owner; what the own role may do is another thing from then on. */
export async function handOverOwnership(id: string, password: string): Promise<void> {
  await api.POST('/api/v2/users/{id}/transfer-ownership', {
    params: { path: { id } },
    body: { current_password: password },
  })
  await invalidatePaths(peoplePaths)
}

/** Makes a link; it comes this once. */
export async function invite(body: {
  email: string
  role: TenantRole
  expires_in_days: number
}): Promise<string> {
  const { data } = await api.POST('/api/v2/invitations', { body })
  await invalidatePaths(peoplePaths)
  return data?.link ?? ''
}

/** Takes a link back. */
export async function withdraw(id: string): Promise<void> {
  await api.DELETE('/api/v2/invitations/{id}', { params: { path: { id } } })
  await invalidatePaths(peoplePaths)
}

/** Gives the workspace another name. */
export async function renameWorkspace(name: string): Promise<void> {
  await api.PATCH('/api/v2/tenant', { body: { name } })
  await invalidatePaths(['/api/v2/tenant', '/api/v2/users/me', '/api/v2/overview'])
}

const keysPath = '/api/v2/api-keys'

/** Keys of the tenant, without their secrets. */
export const useKeys = () => queries.useQuery('get', keysPath)

/** Makes a key; its secret comes this once. */
export async function createKey(body: KeyBody): Promise<string> {
  const { data } = await api.POST(keysPath, { body })
  await invalidatePaths([keysPath])
  return data?.raw_key ?? ''
}

/** Gives a key a new secret; the old one stops working at once. */
export async function rotateKey(id: string): Promise<string> {
  const { data } = await api.POST(`${keysPath}/{id}/rotate`, { params: { path: { id } } })
  await invalidatePaths([keysPath])
  return data?.raw_key ?? ''
}

/** Ends a key at once. */
export async function revokeKey(id: string): Promise<void> {
  await api.DELETE(`${keysPath}/{id}`, { params: { path: { id } } })
  await invalidatePaths([keysPath])
}
