import type { Invalidations } from '../../api/live.ts'

const chats = '/api/v2/chats'

/** What events make old of what this area shows. The open thread listens by itself: it must not wait for others. */
export const inboxEvents: Invalidations = {
  'message.received': [chats],
  'message.sent': [chats],
  'message.delivered': [chats],
  'message.read': [chats],
  'message.failed': [chats],
  'message.edited': [chats],
  'message.deleted': [chats],
  'chat.updated': [chats],
  'chat.labelled': [chats, '/api/v2/labels'],
  'chat.labelled_on_phone': [chats, '/api/v2/labels'],
  'label.created': ['/api/v2/labels'],
  'label.updated': [chats, '/api/v2/labels'],
  'label.deleted': [chats, '/api/v2/labels'],
  'contacts.renamed': [chats, '/api/v2/contacts'],
  'group.updated': [chats],
  'approval.pending': [chats, '/api/v2/approvals'],
  'approval.decided': [chats, '/api/v2/approvals'],
  'opt_out.changed': [chats, '/api/v2/opt-outs'],
  'lead.detected': [chats, '/api/v2/leads'],
  'lead.status_changed': [chats, '/api/v2/leads'],
  'lead.updated': [chats, '/api/v2/leads'],
  'history.progress': [chats],
  'session.deleted': [chats],
}
