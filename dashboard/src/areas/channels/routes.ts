import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { type PostStatus, postStatuses } from './queries.ts'

/** The addresses of the area; each page comes when it is first opened. */
export const channelsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/channels',
    component: lazyRouteComponent(() => import('./channels-page.tsx'), 'ChannelsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/channels/$channelId',
    validateSearch: ({ status }: Record<string, unknown>): { status?: PostStatus } => {
      const known = postStatuses.find((name) => name === status)
      return known === undefined ? {} : { status: known }
    },
    component: lazyRouteComponent(() => import('./channel-page.tsx'), 'ChannelPage'),
  }),
] as const
