import { z } from 'zod'
import { appStateRoutes } from '../app-state/routes.ts'
import { burstRoutes } from '../bursts/routes.ts'
import { businessRoutes } from '../business/routes.ts'
import { callRoutes } from '../calls/routes.ts'
import { channelRoutes } from '../channels/routes.ts'
import type { Facades } from '../facades.ts'
import { faultRoutes } from '../faults/routes.ts'
import { communityRoutes } from '../groups/communities-routes.ts'
import { groupRoutes, membershipRoutes } from '../groups/routes.ts'
import { historyRoutes } from '../history/routes.ts'
import { limitRoutes } from '../limits/routes.ts'
import { messageRoutes } from '../messages/routes.ts'
import { accountRoutes } from '../people/routes.ts'
import { pictureRoutes } from '../pictures/routes.ts'
import { type Route, routesOf } from '../route.ts'
import { scriptRoutes } from '../scripts/routes.ts'
import type { Simulator } from '../simulator.ts'
import { statusRoutes } from '../status/routes.ts'
import { openApiDocument } from './openapi.ts'
import { worldRoutes } from './world-routes.ts'

const route = routesOf<Simulator>()

/** All operations of the control API, a topic after the other. */
export const routes: readonly Route<Simulator>[] = [
  ...served('accounts', accountRoutes),
  ...served('messages', messageRoutes),
  ...served('bursts', burstRoutes),
  ...served('calls', callRoutes),
  ...served('status', statusRoutes),
  ...served('pictures', pictureRoutes),
  ...served('groups', groupRoutes),
  ...served('groups', membershipRoutes),
  ...served('communities', communityRoutes),
  ...served('channels', channelRoutes),
  ...served('business', businessRoutes),
  ...served('appState', appStateRoutes),
  ...served('history', historyRoutes),
  ...served('limits', limitRoutes),
  ...served('scripts', scriptRoutes),
  ...served('faults', faultRoutes),
  ...worldRoutes,
  route({
    method: 'GET',
    path: '/openapi.json',
    operation: 'openApi',
    tag: 'World',
    summary: 'This document',
    answer: z.record(z.string(), z.unknown()),
    run: () => openApiDocument(routes),
  }),
]

/** Operations of a topic, on the simulator that has its facade. */
function served<Name extends keyof Facades>(
  name: Name,
  operations: readonly Route<Facades[Name]>[],
): Route<Simulator>[] {
  return operations.map((operation) => ({
    ...operation,
    run: (simulator, call) => operation.run(simulator.facades[name], call),
  }))
}
