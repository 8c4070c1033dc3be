import type { Invalidations } from '../../api/live.ts'

const overview = '/api/v2/overview'
const conversations = [overview, '/api/v2/chats']

/** What events make old of what this area shows. */
export const overviewEvents: Invalidations = {
  'session.status': [overview],
  'session.deleted': [overview],
  'session.limits_changed': [overview],
  'message.received': conversations,
  'message.sent': conversations,
  'message.failed': [overview],
  'chat.updated': conversations,
  'lead.detected': [overview, '/api/v2/leads'],
  'lead.status_changed': [overview, '/api/v2/leads'],
  'bulk_send.changed': [overview, '/api/v2/bulk-send'],
  'bulk_send.completed': [overview, '/api/v2/bulk-send'],
  'approval.pending': [overview],
  'approval.decided': [overview],
  'webhook.deactivated': [overview],
  'webhook.deliveries_tried': [overview],
  'scheduled_message.executed': ['/api/v2/scheduled-messages'],
}
