import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'
import type { ApprovalStatus } from './approval-status.ts'

/** A message that waits for a person's word. */
export type Approval = Schemas['Approval']
/** A contact that was blocked by itself. */
export type Block = Schemas['AntispamBlock']
/** Where a person stands. */
export type OptOut = Schemas['OptOut']
/** One change of somebody. */
export type AuditEntry = Schemas['AuditEntry']
/** The limits of anti-spam. */
export type AntispamSettings =
  paths['/api/v2/antispam/settings']['get']['responses'][200]['content']['application/json']
/** The content policy. */
export type Policy =
  paths['/api/v2/a2a-policy/settings']['get']['responses'][200]['content']['application/json']
/** What of the policy is changed. */
export type PolicyChange = NonNullable<
  paths['/api/v2/a2a-policy/settings']['put']['requestBody']
>['content']['application/json']

const pageSize = 100

interface PageOf {
  offset: number
  limit: number
  total: number
}

const pages = {
  pageParamName: 'offset',
  initialPageParam: 0,
  getNextPageParam: ({ offset, limit, total }: PageOf) =>
    offset + limit < total ? offset + limit : undefined,
}

/** Held messages in a state, newest first, page after page. */
export const useApprovals = (status: ApprovalStatus) =>
  queries.useInfiniteQuery(
    'get',
    '/api/v2/approvals',
    { params: { query: { status, limit: pageSize } } },
    pages,
  )

/** How many wait. */
export function usePendingCount(): number | undefined {
  const { data } = queries.useQuery('get', '/api/v2/approvals', {
    params: { query: { status: 'pending', limit: 1 } },
  })
  return data?.total
}

/** The whole text of a held message. */
export const useHeldMessage = (id: string) =>
  queries.useQuery('get', '/api/v2/messages/{message_id}', { params: { path: { message_id: id } } })

/** Names of own numbers by their id. */
export function useSessionNames(): ReadonlyMap<string, string> {
  const { data } = queries.useQuery('get', '/api/v2/sessions')
  return new Map(data?.map(({ id, name }) => [id, name]))
}

/** Names of colleagues by their id. */
export function usePeople(): readonly Schemas['User'][] {
  const { data } = queries.useQuery('get', '/api/v2/users', { params: { query: { limit: 100 } } })
  return data?.users ?? []
}

const decided = () => invalidatePaths(['/api/v2/approvals', '/api/v2/overview'])

/** Sends a held message, perhaps with another text. */
export async function approve(id: string, message?: string): Promise<void> {
  await api.POST('/api/v2/approvals/{id}/approve', {
    params: { path: { id } },
    body: message === undefined ? {} : { message },
  })
  await decided()
}

/** Drops a held message. */
export async function reject(id: string, reason: string): Promise<void> {
  await api.POST('/api/v2/approvals/{id}/reject', {
    params: { path: { id } },
    body: reason.trim() === '' ? {} : { reason: reason.trim() },
  })
  await decided()
}

const antispam = () => invalidatePaths(['/api/v2/antispam'])

/** Changes limits of anti-spam. */
export async function changeAntispam(body: Partial<AntispamSettings>): Promise<void> {
  await api.PUT('/api/v2/antispam/settings', { body })
  await antispam()
}

/** Contacts that were blocked by themselves, newest first. */
export const useBlocks = () =>
  queries.useInfiniteQuery(
    'get',
    '/api/v2/antispam/blocks',
    { params: { query: { limit: pageSize } } },
    pages,
  )

/** Lets a blocked contact write again. */
export async function liftBlock(id: string): Promise<void> {
  await api.POST('/api/v2/antispam/blocks/{id}/lift', { params: { path: { id } } })
  await antispam()
}

/** Makes, changes and deletes rules of anti-spam. */
export const antispamRules = {
  async create(rule: { pattern: string; action: string }): Promise<void> {
    const action = rule.action as Schemas['AntispamRule']['action']
    await api.POST('/api/v2/antispam/rules', { body: { pattern: rule.pattern, action } })
    await antispam()
  },
  async update(id: string, change: { pattern?: string; action?: string; isOn?: boolean }): Promise<void> {
    const { pattern, isOn } = change
    const action = change.action as Schemas['AntispamRule']['action'] | undefined
    await api.PUT('/api/v2/antispam/rules/{antispam_rule_id}', {
      params: { path: { antispam_rule_id: id } },
      body: {
        ...(pattern === undefined ? {} : { pattern }),
        ...(action === undefined ? {} : { action }),
        ...(isOn === undefined ? {} : { enabled: isOn }),
      },
    })
    await antispam()
  },
  async remove(id: string): Promise<void> {
    await api.DELETE('/api/v2/antispam/rules/{antispam_rule_id}', {
      params: { path: { antispam_rule_id: id } },
    })
    await antispam()
  },
}

const policy = () => invalidatePaths(['/api/v2/a2a-policy'])

/** Changes the content policy. */
export async function changePolicy(body: PolicyChange): Promise<void> {
  await api.PUT('/api/v2/a2a-policy/settings', { body })
  await policy()
}

/** The content policy as it was at first, without own rules. */
export async function resetPolicy(): Promise<void> {
  await api.POST('/api/v2/a2a-policy/reset')
  await policy()
}

/** What the policy would do with a text; nothing is sent or counted. */
export async function testPolicy(content: string, signal: AbortSignal) {
  const { data } = await api.POST('/api/v2/a2a-policy/test', { body: { content }, signal })
  return data
}

/** Makes, changes and deletes rules of the content policy. */
export const policyRules = {
  async create(rule: { pattern: string; action: string; name?: string }): Promise<void> {
    const action = rule.action as Schemas['ContentRule']['action']
    const { pattern, name } = rule
    await api.POST('/api/v2/a2a-policy/rules', {
      body: { pattern, action, ...(name === undefined ? {} : { name }) },
    })
    await policy()
  },
  async update(
    id: string,
    change: { pattern?: string; action?: string; name?: string; isOn?: boolean },
  ): Promise<void> {
    const { isOn, pattern, name } = change
    const action = change.action as Schemas['ContentRule']['action'] | undefined
    await api.PUT('/api/v2/a2a-policy/rules/{rule_id}', {
      params: { path: { rule_id: id } },
      body: {
        ...(pattern === undefined ? {} : { pattern }),
        ...(name === undefined ? {} : { name }),
        ...(action === undefined ? {} : { action }),
        ...(isOn === undefined ? {} : { is_active: isOn }),
      },
    })
    await policy()
  },
  async remove(id: string): Promise<void> {
    await api.DELETE('/api/v2/a2a-policy/rules/{rule_id}', { params: { path: { rule_id: id } } })
    await policy()
  },
}

/** People who opted out, or those who are back, the latest first; `search` is the beginning of a number. */
export const useOptOuts = (isOptedOut: boolean, search: string) =>
  queries.useInfiniteQuery(
    'get',
    '/api/v2/opt-outs',
    { params: { query: { opted_out: isOptedOut, limit: pageSize, ...(search === '' ? {} : { search }) } } },
    pages,
  )

/** One person with everything that happened. */
export const useOptOut = (phone: string) =>
  queries.useQuery('get', '/api/v2/opt-outs/{phone}', { params: { path: { phone } } })

/** Enters that somebody opted out, or in again. */
export async function setOptOut(phone: string, isOptedOut: boolean): Promise<void> {
  const call = { params: { path: { phone } } }
  await (isOptedOut
    ? api.PUT('/api/v2/opt-outs/{phone}', call)
    : api.DELETE('/api/v2/opt-outs/{phone}', call))
  await invalidatePaths(['/api/v2/opt-outs'])
}

/** Settings of the tenant, of which this area shows the words. */
export const useTenantSettings = () => queries.useQuery('get', '/api/v2/tenant/settings')

/** Changes the words that end what is sent by itself, and those that allow it again; null: those of the product. */
export async function changeWords(body: {
  opt_out_words?: string[] | null
  opt_in_words?: string[] | null
}): Promise<void> {
  await api.PATCH('/api/v2/tenant/settings', { body })
  await invalidatePaths(['/api/v2/tenant/settings'])
}

/** Changes by people and keys, newest first. */
export const useAuditLog = (filter: {
  action?: string | undefined
  user_id?: string | undefined
  from?: string | undefined
  to?: string | undefined
}) => {
  const query = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
  return queries.useInfiniteQuery(
    'get',
    '/api/v2/audit-logs',
    { params: { query: { ...query, limit: pageSize } } },
    pages,
  )
}
