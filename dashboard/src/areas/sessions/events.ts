import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows. */
export const sessionsEvents: Invalidations = {
  'session.status': ['/api/v2/sessions'],
  'session.connected': ['/api/v2/sessions'],
  'session.disconnected': ['/api/v2/sessions'],
  'session.qr': ['/api/v2/sessions'],
  'session.limits': ['/api/v2/sessions'],
  'history.sync': ['/api/v2/sessions'],
}
