import { idAnswer } from '../answer-fields.ts'
import { maxFileBodyBytes } from '../content/inputs.ts'
import { type Route, routesOf } from '../route.ts'
import type { StatusFacade } from './facade.ts'
import { statusSchema } from './inputs.ts'

const route = routesOf<StatusFacade>()

/** Operations on status posts. */
export const statusRoutes: Route<StatusFacade>[] = [
  route({
    method: 'POST',
    path: '/accounts/{phone}/status',
    operation: 'postStatus',
    tag: 'Status',
    summary: 'Somebody posts a status; without to everybody sees it',
    status: 201,
    body: statusSchema,
    maxBodyBytes: maxFileBodyBytes,
    answer: idAnswer,
    run: (status, { params, body }) => status.post(params.phone ?? '', body),
  }),
]
