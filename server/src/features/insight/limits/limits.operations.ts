import { defineOperation } from '../../../operation.ts'
import { coldBudgetsAnswer } from './cold-budgets.schema.ts'
import { getColdBudgets } from './cold-budgets.service.ts'
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

const coldBudgets = defineOperation({
  id: 'sessions.cold_budgets',
  method: 'GET',
  path: '/sessions/cold-budgets',
  summary: 'How many new conversations each session may start today, and has',
  access: ['sessions:read'],
  success: { status: 200, schema: coldBudgetsAnswer },
  run: (ctx) => getColdBudgets(ctx),
})

export const limitsOperations = [current, coldBudgets]
