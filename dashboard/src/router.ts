import { createRouter } from '@tanstack/react-router'
import { areaRoutes, connectAreas } from './areas/areas.ts'
import { appRoute, openRoutes, rootRoute } from './shell/routes.ts'

connectAreas()

const routeTree = rootRoute.addChildren([...openRoutes, appRoute.addChildren([...areaRoutes])])

/** The router with every address there is. */
export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPendingMs: 200,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
