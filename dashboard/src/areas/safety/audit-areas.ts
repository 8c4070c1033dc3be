import type { operations } from '../../api/schema.d.ts'

type OperationArea = keyof operations extends infer Id
  ? Id extends `${infer Area}.${string}`
    ? Area
    : never
  : never

/** What changes are recorded of; a name the API does not have is a type error. */
export const auditAreas = [
  'sessions',
  'groups',
  'labels',
  'leads',
  'contacts',
  'custom_groups',
  'bulk',
  'scheduled_messages',
  'channels',
  'reports',
  'webhooks',
  'approvals',
  'antispam',
  'a2a_policy',
  'opt_outs',
  'tenant_settings',
  'api_keys',
  'users',
  'auth',
  'setup',
] as const satisfies readonly OperationArea[]
