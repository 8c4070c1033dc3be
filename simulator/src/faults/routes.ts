import { type Route, routesOf } from '../route.ts'
import type { FaultsFacade } from './facade.ts'
import { faultSchema } from './inputs.ts'

const route = routesOf<FaultsFacade>()

/** Operations on what goes wrong. */
export const faultRoutes: Route<FaultsFacade>[] = [
  route({
    method: 'POST',
    path: '/faults',
    operation: 'fault',
    tag: 'World',
    summary: 'Makes something go wrong; clear, or the kind none, ends it',
    body: faultSchema,
    run: (faults, { body }) => faults.apply(body),
  }),
]
