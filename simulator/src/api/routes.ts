import { accountRoutes } from './accounts.ts'
import { appStateRoutes } from './app-state.ts'
import { burstRoutes } from './bursts.ts'
import { callRoutes } from './calls.ts'
import { groupRoutes } from './groups.ts'
import { historyRoutes } from './history.ts'
import { limitRoutes } from './limits.ts'
import { messageRoutes } from './messages.ts'
import type { Route } from './route.ts'
import { scriptRoutes } from './scripts.ts'
import { worldRoutes } from './world.ts'

/** All operations of the control API, an area after the other. */
export const routes: readonly Route[] = [
  ...accountRoutes,
  ...messageRoutes,
  ...burstRoutes,
  ...callRoutes,
  ...groupRoutes,
  ...appStateRoutes,
  ...historyRoutes,
  ...limitRoutes,
  ...scriptRoutes,
  ...worldRoutes,
]
