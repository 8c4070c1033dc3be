import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows. */
export const groupsEvents: Invalidations = {
  'group.message': ['/api/v2/groups'],
  'group.updated': ['/api/v2/groups'],
}
