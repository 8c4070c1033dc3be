import type { Invalidations } from '../../api/live.ts'

const antispam = ['/api/v2/antispam/stats', '/api/v2/antispam/blocks']

/** What events make old of what this area shows. */
export const safetyEvents: Invalidations = {
  'approval.pending': ['/api/v2/approvals'],
  'approval.decided': ['/api/v2/approvals'],
  'opt_out.changed': ['/api/v2/opt-outs'],
  'antispam.blocked': antispam,
  'tenant.settings_changed': ['/api/v2/antispam', '/api/v2/a2a-policy', '/api/v2/tenant/settings'],
}
