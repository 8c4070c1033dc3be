-- How people of a tenant write, as figures alone; tasks that find it out.
CREATE TABLE style_profiles (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- Without session and chat it is about all conversations.
  session_id uuid REFERENCES sessions (id) ON DELETE CASCADE,
  wa_chat_id text,
  name text,
  features jsonb NOT NULL,
  sample_count integer NOT NULL,
  last_trained_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX style_profiles_scope ON style_profiles (tenant_id, session_id, wa_chat_id) NULLS NOT DISTINCT;
CREATE INDEX style_profiles_age ON style_profiles (tenant_id, created_at, id);
CREATE INDEX style_profiles_session ON style_profiles (session_id) WHERE session_id IS NOT NULL;

CREATE TABLE style_tasks (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid REFERENCES sessions (id) ON DELETE CASCADE,
  wa_chat_id text,
  name text,
  status text NOT NULL CHECK (status IN ('queued', 'processing', 'completed', 'failed')),
  progress integer NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
  profile_id uuid,
  error text,
  created_at timestamptz NOT NULL
);
CREATE INDEX style_tasks_open ON style_tasks (tenant_id) WHERE status IN ('queued', 'processing');
CREATE INDEX style_tasks_age ON style_tasks (created_at);
CREATE INDEX style_tasks_session ON style_tasks (session_id) WHERE session_id IS NOT NULL;

-- Replies of models admitted per UTC month; one row per tenant and month, as with messages.
CREATE TABLE usage_ai_reply_quota (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  month date NOT NULL,
  reserved integer NOT NULL CHECK (reserved >= 0),
  admitted integer NOT NULL,
  PRIMARY KEY (tenant_id, month)
);

-- Previews of an hour: they cost as much as replies and are not counted as such.
CREATE TABLE ai_preview_hours (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
  hour timestamptz NOT NULL,
  used integer NOT NULL
);

-- Replies that wait for a person's word, so that the very same text is answered when it comes.
CREATE TABLE ai_reply_drafts (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- What was asked, hashed.
  request_hash text NOT NULL,
  -- The reply with what is said about it, sealed.
  content bytea NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX ai_reply_drafts_request ON ai_reply_drafts (tenant_id, request_hash);
CREATE INDEX ai_reply_drafts_age ON ai_reply_drafts (created_at);
