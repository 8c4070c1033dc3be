import type { IconName } from '../kit/icon.tsx'

/** Where an area begins. */
export type AreaPath =
  | '/'
  | '/inbox'
  | '/groups'
  | '/leads'
  | '/contacts'
  | '/campaigns'
  | '/schedules'
  | '/channels'
  | '/analytics'
  | '/reports'
  | '/reviews'
  | '/sessions'
  | '/ai'
  | '/webhooks'
  | '/safety'
  | '/settings'

/** The areas by their names, which are those of the API. */
export type AreaName =
  | 'overview'
  | 'inbox'
  | 'groups'
  | 'leads'
  | 'contacts'
  | 'campaigns'
  | 'schedules'
  | 'channels'
  | 'analytics'
  | 'reports'
  | 'reviews'
  | 'sessions'
  | 'ai'
  | 'webhooks'
  | 'safety'
  | 'settings'

/** One line of the side. */
export interface NavigationItem {
  name: AreaName
  to: AreaPath
  icon: IconName
}

const item = (name: AreaName): NavigationItem => ({
  name,
  to: name === 'overview' ? '/' : `/${name}`,
  icon: name,
})

/** Groups of the side in their order; the first stands without a title. */
export const navigation: readonly {
  group: 'start' | 'people' | 'outreach' | 'insight' | 'system'
  items: readonly NavigationItem[]
}[] = [
  { group: 'start', items: [item('overview')] },
  { group: 'people', items: ['inbox', 'groups', 'leads', 'contacts'].map((name) => item(name as AreaName)) },
  { group: 'outreach', items: ['campaigns', 'schedules', 'channels'].map((name) => item(name as AreaName)) },
  { group: 'insight', items: ['analytics', 'reports', 'reviews'].map((name) => item(name as AreaName)) },
  {
    group: 'system',
    items: ['sessions', 'ai', 'webhooks', 'safety', 'settings'].map((name) => item(name as AreaName)),
  },
]

/** All lines without their groups. */
export const navigationItems: readonly NavigationItem[] = navigation.flatMap(({ items }) => items)

/** The tabs of phones; "More" holds the rest. */
export const tabItems: readonly NavigationItem[] = (['overview', 'inbox', 'leads', 'campaigns'] as const).map(
  item,
)

/** `G` and one of these goes there. */
export const goKeys: Readonly<Record<string, AreaPath>> = {
  o: '/',
  i: '/inbox',
  l: '/leads',
  c: '/campaigns',
  s: '/sessions',
  w: '/webhooks',
}
