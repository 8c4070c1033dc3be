-- What was told of a message before the message itself arrived: a receipt that overtook it, an edit of what could not
-- be read at first. Applied, and removed, when the message is stored; what never finds its message goes after a day.
CREATE TABLE early_facts (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_message_id text NOT NULL,
  -- The fact as JSON, encrypted: an edit holds a text.
  fact bytea NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX early_facts_message ON early_facts (session_id, wa_message_id);
CREATE INDEX early_facts_age ON early_facts (created_at);
