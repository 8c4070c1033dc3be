import { defineOperation, type Operation } from '../../../operation.ts'
import { overviewAnswer } from './overview.schema.ts'
import { getOverview } from './overview.service.ts'

const overview = defineOperation({
  id: 'overview.get',
  method: 'GET',
  path: '/overview',
  summary: 'How everything stands: what needs somebody, what waits, what runs, today',
  access: 'any',
  success: { status: 200, schema: overviewAnswer },
  run: (ctx) => getOverview(ctx),
})

/** The overview. */
export const overviewOperations: readonly Operation[] = [overview]
