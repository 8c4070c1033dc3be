import { z } from 'zod'
import { openApiDocument } from '../openapi.ts'
import { accountRoutes } from './accounts.ts'
import { appStateRoutes } from './app-state.ts'
import { burstRoutes } from './bursts.ts'
import { businessRoutes } from './business.ts'
import { callRoutes } from './calls.ts'
import { channelRoutes } from './channels.ts'
import { communityRoutes } from './communities.ts'
import { groupRoutes, membershipRoutes } from './groups.ts'
import { historyRoutes } from './history.ts'
import { limitRoutes } from './limits.ts'
import { messageRoutes } from './messages.ts'
import { type Route, route } from './route.ts'
import { scriptRoutes } from './scripts.ts'
import { worldRoutes } from './world.ts'

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
