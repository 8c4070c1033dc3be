import { defineOperation, type Operation } from '../../../operation.ts'
import { leadListAnswer, leadListQuery } from './lead-list.schema.ts'
import { listTenantLeads } from './lead-list.service.ts'

const list = defineOperation({
  id: 'leads.list',
  method: 'GET',
  path: '/leads',
  summary: 'List leads, newest detection first',
  access: ['leads:read'],
  query: leadListQuery,
  success: { status: 200, schema: leadListAnswer },
  run: (ctx, input) => listTenantLeads(ctx, input),
})

/** How leads are looked through. */
export const leadListOperations: readonly Operation[] = [list]
