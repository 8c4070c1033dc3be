import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { type InboxSearch, readInboxAddress } from './search.ts'

const inboxRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/inbox',
  validateSearch: (search): InboxSearch => readInboxAddress(search),
  component: lazyRouteComponent(() => import('./inbox-page.tsx'), 'InboxPage'),
})

const threadRoute = createRoute({
  getParentRoute: () => inboxRoute,
  path: '/$sessionId/$chatId',
  component: lazyRouteComponent(() => import('./thread/thread-page.tsx'), 'ThreadPage'),
})

/** The addresses of the area: the list, and a thread beside it. */
export const inboxRoutes = [inboxRoute.addChildren([threadRoute])] as const
