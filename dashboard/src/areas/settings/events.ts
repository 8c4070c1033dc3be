import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows. */
export const settingsEvents: Invalidations = {
  'tenant.settings_changed': [
    '/api/v2/tenant',
    '/api/v2/users/me',
    '/api/v2/antispam/settings',
    '/api/v2/overview',
  ],
  'user.changed': ['/api/v2/users', '/api/v2/invitations'],
  'api_key.changed': ['/api/v2/api-keys$'],
}
