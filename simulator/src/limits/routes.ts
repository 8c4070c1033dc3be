import { type Route, routesOf } from '../route.ts'
import { limitsAnswer } from './answers.ts'
import type { LimitsFacade } from './facade.ts'
import { clientVersionSchema, limitsSchema } from './inputs.ts'

const route = routesOf<LimitsFacade>()

const tag = 'Limits'

/** Operations on what the service lets accounts and clients do. */
export const limitRoutes: Route<LimitsFacade>[] = [
  route({
    method: 'PUT',
    path: '/accounts/{phone}/limits',
    operation: 'setLimits',
    tag,
    summary: 'Limits an account; what is left out stays as it is, and null ends a limit',
    body: limitsSchema,
    answer: limitsAnswer,
    run: (limits, { params, body }) => limits.set(params.phone ?? '', body),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/limits',
    operation: 'limits',
    tag,
    summary: 'The limits of an account and what is used of them',
    answer: limitsAnswer,
    run: (limits, { params }) => limits.of(params.phone ?? ''),
  }),
  route({
    method: 'PUT',
    path: '/client-version',
    operation: 'requireVersion',
    tag,
    summary: 'Refuses logins of clients with an older version (405)',
    body: clientVersionSchema,
    run: (limits, { body }) => limits.requireVersion(body),
  }),
]
