import { defineOperation, type Operation } from '../../../operation.ts'
import { roleTooLow } from './settings.schema.ts'
import { renameTenantBody, tenantSchema } from './tenant.schema.ts'
import { getOwnTenant, renameOwnTenant } from './tenant.service.ts'

const get = defineOperation({
  id: 'tenant_settings.get_tenant',
  method: 'GET',
  path: '/tenant',
  summary: 'The tenant: name, plan, time zone',
  access: 'any',
  success: { status: 200, schema: tenantSchema },
  run: (ctx) => getOwnTenant(ctx),
})

const rename = defineOperation({
  id: 'tenant_settings.rename_tenant',
  method: 'PATCH',
  path: '/tenant',
  summary: 'Give the tenant another name',
  access: ['settings:manage'],
  roles: ['owner', 'admin'],
  body: renameTenantBody,
  success: { status: 200, schema: tenantSchema },
  errors: [roleTooLow],
  run: (ctx, { name }) => renameOwnTenant(ctx, name),
})

/** The tenant itself. */
export const tenantOperations: readonly Operation[] = [get, rename]
