import { defineOperation } from '../../../operation.ts'
import { planListSchema } from './plans.schema.ts'
import { listPlans } from './plans.service.ts'

const list = defineOperation({
  id: 'plans.list',
  method: 'GET',
  path: '/billing/plans',
  summary: 'Plans on offer with their limits and features',
  access: 'public',
  success: { status: 200, schema: planListSchema },
  async run(ctx) {
    const plans = await listPlans(ctx)
    return {
      plans: plans.map((plan) => ({
        id: plan.id,
        name: plan.name,
        price_monthly: plan.priceMonthly,
        price_yearly: plan.priceYearly,
        currency: plan.currency,
        limits: plan.limits,
        features: plan.features,
      })),
    }
  },
})

export const plansOperations = [list]
