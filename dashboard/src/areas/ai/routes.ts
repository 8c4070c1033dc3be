import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { type DraftStatus, draftStatuses } from './queries.ts'

function readStatus({ status }: Record<string, unknown>): { status?: DraftStatus } {
  const known = draftStatuses.find((name) => name === status)
  return known === undefined ? {} : { status: known }
}

const readSession = ({ session }: Record<string, unknown>): { session?: string } =>
  typeof session === 'string' ? { session } : {}

/** The addresses of the area; each page comes when it is first opened. */
export const aiRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/ai',
    component: lazyRouteComponent(() => import('./knowledge-page.tsx'), 'KnowledgePage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/ai/style',
    component: lazyRouteComponent(() => import('./style-page.tsx'), 'StylePage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/ai/models',
    component: lazyRouteComponent(() => import('./models-page.tsx'), 'ModelsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/ai/drafts',
    validateSearch: readStatus,
    component: lazyRouteComponent(() => import('./drafts-page.tsx'), 'DraftsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/ai/replies',
    validateSearch: readSession,
    component: lazyRouteComponent(() => import('./replies-page.tsx'), 'RepliesPage'),
  }),
] as const
