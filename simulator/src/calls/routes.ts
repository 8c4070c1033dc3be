import { idAnswer } from '../answer-fields.ts'
import { type Route, routesOf } from '../route.ts'
import type { CallsFacade } from './facade.ts'
import { callActionSchema, callSchema } from './inputs.ts'

const route = routesOf<CallsFacade>()

/** Operations on calls. */
export const callRoutes: Route<CallsFacade>[] = [
  route({
    method: 'POST',
    path: '/accounts/{phone}/calls',
    operation: 'call',
    tag: 'Calls',
    summary: 'Somebody calls a person or a group',
    status: 201,
    body: callSchema,
    answer: idAnswer,
    run: (calls, { params, body }) => calls.start(params.phone ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/calls/{id}',
    operation: 'actOnCall',
    tag: 'Calls',
    summary: 'Somebody picks up, declines or hangs up on the phone',
    body: callActionSchema,
    run: (calls, { params, body }) => calls.act(params.phone ?? '', params.id ?? '', body),
  }),
]
