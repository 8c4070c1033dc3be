import { limitsAnswer } from '../control/answers.ts'
import { type Route, route } from '../route.ts'
import { clientVersionSchema, limitsSchema } from './inputs.ts'

const tag = 'Limits'

/** Operations on what the service lets accounts and clients do. */
export const limitRoutes: Route[] = [
  route({
    method: 'PUT',
    path: '/accounts/{phone}/limits',
    operation: 'setLimits',
    tag,
    summary: 'Limits an account; what is left out stays as it is, and null ends a limit',
    body: limitsSchema,
    answer: limitsAnswer,
    run: (simulator, { params, body }) => simulator.setLimits(params.phone ?? '', body),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/limits',
    operation: 'limits',
    tag,
    summary: 'The limits of an account and what is used of them',
    answer: limitsAnswer,
    run: (simulator, { params }) => simulator.limits.of(params.phone ?? ''),
  }),
  route({
    method: 'PUT',
    path: '/client-version',
    operation: 'requireVersion',
    tag,
    summary: 'Refuses logins of clients with an older version (405)',
    body: clientVersionSchema,
    run: (simulator, { body }) => simulator.limits.requireVersion(body),
  }),
]
