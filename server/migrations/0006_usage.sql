-- Usage counters and the monthly message quota.

-- No foreign key to sessions: what was used stays counted when a session is deleted.
CREATE TABLE usage_daily (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid,
  date date NOT NULL,
  messages_sent integer NOT NULL DEFAULT 0,
  messages_received integer NOT NULL DEFAULT 0,
  leads_detected integer NOT NULL DEFAULT 0,
  api_calls integer NOT NULL DEFAULT 0,
  CONSTRAINT usage_daily_key UNIQUE NULLS NOT DISTINCT (tenant_id, date, session_id)
);

-- Messages admitted per tenant and month, sent or still waiting; `admitted` is the last reservation's answer.
CREATE TABLE usage_quota (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  month date NOT NULL,
  reserved integer NOT NULL,
  admitted integer NOT NULL,
  PRIMARY KEY (tenant_id, month)
);
