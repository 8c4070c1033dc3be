import type { Invalidations } from '../api/live.ts'

const maps: Invalidations[] = [
  {
    'session.status': ['/api/v2/sessions'],
    'session.connected': ['/api/v2/sessions'],
    'session.disconnected': ['/api/v2/sessions'],
    'connection.update': ['/api/v2/sessions'],
    'session.updated': ['/api/v2/sessions'],
    'session.deleted': ['/api/v2/sessions$'],
    'session.limits_changed': ['/api/v2/sessions'],
  },
]

/** Adds what an area's events make old; called once, by the list of areas. */
export function addInvalidations(map: Invalidations): void {
  maps.push(map)
}

/** What every event makes old: of the shell and of all areas. */
export const areaInvalidations = (): readonly Invalidations[] => maps
