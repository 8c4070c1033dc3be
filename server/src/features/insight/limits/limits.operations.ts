import { defineOperation } from '../../../operation.ts'
import { currentUsageSchema } from './limits.schema.ts'
import { getCurrentUsage } from './limits.service.ts'

const current = defineOperation({
  id: 'usage.current',
  method: 'GET',
  path: '/usage/current',
  summary: 'What the tenant used this month, with the limits of its plan',
  access: ['usage:read'],
  success: { status: 200, schema: currentUsageSchema },
  run: (ctx) => getCurrentUsage(ctx),
})

export const limitsOperations = [current]
