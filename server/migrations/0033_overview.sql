-- What an overview counts: chats with something unread, people who wrote last and wait, deliveries that were given up.
CREATE INDEX chats_unread ON chats (tenant_id, session_id) WHERE unread_count > 0;
CREATE INDEX chats_unanswered ON chats (tenant_id, last_inbound_at)
  WHERE kind = 'person' AND NOT is_archived AND (last_outbound_at IS NULL OR last_inbound_at > last_outbound_at);
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (tenant_id, created_at) WHERE status = 'failed';
