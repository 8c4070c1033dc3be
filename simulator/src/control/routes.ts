import { z } from 'zod'
import { appStateRoutes } from '../app-state/routes.ts'
import { burstRoutes } from '../bursts/routes.ts'
import { businessRoutes } from '../business/routes.ts'
import { callRoutes } from '../calls/routes.ts'
import { channelRoutes } from '../channels/routes.ts'
import { communityRoutes } from '../groups/communities-routes.ts'
import { groupRoutes, membershipRoutes } from '../groups/routes.ts'
import { historyRoutes } from '../history/routes.ts'
import { limitRoutes } from '../limits/routes.ts'
import { messageRoutes } from '../messages/routes.ts'
import { accountRoutes } from '../people/routes.ts'
import { type Route, route } from '../route.ts'
import { scriptRoutes } from '../scripts/routes.ts'
import { openApiDocument } from './openapi.ts'
import { worldRoutes } from './world-routes.ts'

/** All operations of the control API, an area after the other. */
export const routes: readonly Route[] = [
  ...accountRoutes,
  ...messageRoutes,
  ...burstRoutes,
  ...callRoutes,
  ...groupRoutes,
  ...membershipRoutes,
  ...communityRoutes,
  ...channelRoutes,
  ...businessRoutes,
  ...appStateRoutes,
  ...historyRoutes,
  ...limitRoutes,
  ...scriptRoutes,
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
