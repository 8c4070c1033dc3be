import { defineOperation, type Operation } from '../../../operation.ts'
import { leadCountsAnswer, leadCountsQuery, leadListAnswer, leadListQuery } from './lead-list.schema.ts'
import { countByStatus, listTenantLeads } from './lead-list.service.ts'

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

const counts = defineOperation({
  id: 'leads.counts',
  method: 'GET',
  path: '/leads/counts',
  summary: 'Count leads by status',
  access: ['leads:read'],
  query: leadCountsQuery,
  success: { status: 200, schema: leadCountsAnswer },
  run: (ctx, input) => countByStatus(ctx, input),
})

/** How leads are looked through. */
export const leadListOperations: readonly Operation[] = [list, counts]
