import type { Invalidations } from '../../api/live.ts'

const all = ['/api/v2/sessions']

/** What events make old of what this area shows. */
export const sessionsEvents: Invalidations = {
  'session.status': all,
  'session.connected': all,
  'session.disconnected': all,
  'session.deleted': ['/api/v2/sessions$'],
  'session.limits_changed': all,
  'connection.update': all,
  'history.progress': all,
  'message.sent': ['/api/v2/sessions/cold-budgets'],
  'tenant.settings_changed': ['/api/v2/sessions/cold-budgets'],
}
