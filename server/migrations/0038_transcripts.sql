-- What was said in voice messages. A row is the task, too: its id is the task's.
CREATE TABLE transcripts (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  chat_id uuid NOT NULL,
  message_id uuid NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
  status text NOT NULL CHECK (status IN ('queued', 'processing', 'completed', 'failed')),
  -- Why it failed, for the tenant: may carry a provider's words.
  error text,
  -- Encrypted; empty when nobody speaks.
  content bytea,
  language text,
  confidence real,
  no_speech real,
  -- The transcript goes when the message's text does.
  message_created_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  transcribed_at timestamptz
);
CREATE INDEX transcripts_expiry ON transcripts (message_created_at);
