-- What a schedule was asked for under a key, so that asking twice makes one.
ALTER TABLE scheduled_messages ADD COLUMN idempotency_key text, ADD COLUMN idempotency_hash text;
CREATE UNIQUE INDEX scheduled_messages_idempotency ON scheduled_messages (tenant_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- Leads by whom they are assigned to; those of nobody are most of them and found in the list.
CREATE INDEX leads_assigned ON leads (tenant_id, assigned_to, detected_at DESC, id DESC) WHERE assigned_to IS NOT NULL;
