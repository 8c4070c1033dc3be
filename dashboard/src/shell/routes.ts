import { createRootRoute, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { accessToken } from '../api/access-token.ts'
import { FailedPage, MissingPage, PendingPage } from './failures.tsx'
import { Layout } from './layout.tsx'

/** The top of the tree. */
export const rootRoute = createRootRoute({ notFoundComponent: MissingPage })

/** Everything that needs somebody who is signed in. Routes of areas have it as their parent. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  component: Layout,
  errorComponent: FailedPage,
  pendingComponent: PendingPage,
  async beforeLoad({ location }) {
    // Offline, the page opens with what it says about that; refused, the way leads to signing in.
    const token = await accessToken().catch(() => 'unknown')
    if (token === undefined) throw redirect({ to: '/sign-in', search: { to: location.href } })
  },
})

/** A place of this product, or none: a link must not lead away after signing in. */
function ownPlace(to: unknown): string | undefined {
  if (typeof to !== 'string' || !to.startsWith('/')) return undefined
  return new URL(to, location.origin).origin === location.origin ? to : undefined
}

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  // What is not named here would stay as it was typed: an unsafe target is overwritten, not left out.
  validateSearch: (search): { to?: string } => ({ to: ownPlace(search['to']) }),
  component: lazyRouteComponent(() => import('../login/sign-in-page.tsx'), 'SignInPage'),
})

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: lazyRouteComponent(() => import('../login/setup-page.tsx'), 'SetupPage'),
})

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../login/invitation-page.tsx'), 'InvitationPage'),
})

/** Pages for whoever is not signed in. */
export const openRoutes = [signInRoute, setupRoute, invitationRoute] as const
