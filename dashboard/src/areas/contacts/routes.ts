import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'

const at = <Path extends string>(path: Path) => ({ getParentRoute: () => appRoute, path }) as const

/** The addresses of the area; each page comes when it is first opened. */
export const contactsRoutes = [
  createRoute({
    ...at('/contacts'),
    validateSearch: (search): { search?: string; session?: string } => ({
      ...(typeof search['search'] === 'string' && search['search'] !== ''
        ? { search: search['search'] }
        : {}),
      ...(typeof search['session'] === 'string' ? { session: search['session'] } : {}),
    }),
    component: lazyRouteComponent(() => import('./contacts-page.tsx'), 'ContactsPage'),
  }),
  createRoute({
    ...at('/contacts/lists'),
    component: lazyRouteComponent(() => import('./lists/lists-page.tsx'), 'ListsPage'),
  }),
  createRoute({
    ...at('/contacts/segments/new'),
    component: lazyRouteComponent(() => import('./segments/new-segment-page.tsx'), 'NewSegmentPage'),
  }),
  createRoute({
    ...at('/contacts/lists/$listId'),
    component: lazyRouteComponent(() => import('./lists/list-page.tsx'), 'ListPage'),
  }),
  createRoute({
    ...at('/contacts/lists/$listId/import'),
    component: lazyRouteComponent(() => import('./importing/import-page.tsx'), 'ImportPage'),
  }),
  createRoute({
    ...at('/contacts/$contactId'),
    component: lazyRouteComponent(() => import('./people/contact-page.tsx'), 'ContactPage'),
  }),
] as const
