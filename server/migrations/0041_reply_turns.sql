-- How sessions answer by themselves; no row: they do not.
CREATE TABLE ai_reply_settings (
  session_id uuid PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- Only what differs from the defaults.
  settings jsonb NOT NULL,
  updated_at timestamptz NOT NULL
);

-- Where automatic answers to a chat stand. No foreign key to chats: whoever merges two would wait for who answers.
CREATE TABLE ai_reply_chats (
  chat_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  -- Null: as the session.
  mode text CHECK (mode IN ('off', 'draft', 'auto')),
  -- Nothing is answered until then: it was handed over, or somebody said so.
  paused_until timestamptz,
  -- What was said before is no matter of the machine any more.
  handed_over_at timestamptz,
  -- What people answered before that does not silence the machine any more.
  resumed_at timestamptz,
  disclosed_at timestamptz,
  noticed_at timestamptz,
  -- Answers of a UTC day.
  day date,
  answers integer NOT NULL DEFAULT 0,
  -- What tells a machine on the other side: how quickly it came back, how often it said the same, and turns in a row.
  last_answer_at timestamptz,
  latencies integer[] NOT NULL DEFAULT '{}',
  last_heard text,
  repeats integer NOT NULL DEFAULT 0,
  turns integer NOT NULL DEFAULT 0,
  -- What became of the last burst, and why.
  outcome text,
  reason text,
  outcome_at timestamptz,
  updated_at timestamptz NOT NULL
);
CREATE INDEX ai_reply_chats_session ON ai_reply_chats (session_id, mode);
CREATE INDEX ai_reply_chats_tenant ON ai_reply_chats (tenant_id);

-- Messages that wait for an answer; they go in the transaction that stores it, or with the decision to give none.
CREATE TABLE ai_reply_inbox (
  message_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  chat_id uuid NOT NULL,
  -- Sealed, at most 2,000 characters.
  text bytea NOT NULL,
  -- Words that lead to a person.
  wants_person boolean NOT NULL,
  wa_timestamp timestamptz NOT NULL,
  received_at timestamptz NOT NULL
);
CREATE INDEX ai_reply_inbox_chat ON ai_reply_inbox (chat_id, received_at, message_id);
CREATE INDEX ai_reply_inbox_session ON ai_reply_inbox (session_id);

-- Automatic answers of a session a UTC day.
CREATE TABLE ai_reply_days (
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  day date NOT NULL,
  answers integer NOT NULL,
  PRIMARY KEY (session_id, day)
);

-- Answers that a person has to send.
CREATE TABLE ai_chat_drafts (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  chat_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'sent', 'discarded', 'superseded')),
  -- Text and sources, sealed.
  content bytea NOT NULL,
  reasons text[] NOT NULL,
  reply_to_id uuid,
  created_at timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by uuid,
  sent_message_id uuid
);
CREATE UNIQUE INDEX ai_chat_drafts_pending ON ai_chat_drafts (chat_id) WHERE status = 'pending';
CREATE INDEX ai_chat_drafts_list ON ai_chat_drafts (tenant_id, created_at DESC, id DESC);
CREATE INDEX ai_chat_drafts_session ON ai_chat_drafts (session_id);
CREATE INDEX ai_chat_drafts_chat ON ai_chat_drafts (chat_id);

-- Whether somebody who writes is an account of this installation.
CREATE INDEX sessions_phone ON sessions (phone_number) WHERE phone_number IS NOT NULL;
