-- Messages that go out at a time or by a rule, and what became of each run.

CREATE TABLE scheduled_messages (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'paused', 'cancelled', 'completed')),
  -- No foreign keys to session and targets: a schedule is cancelled when they go, its history stays.
  session_id uuid NOT NULL,
  target_type text NOT NULL CHECK (target_type IN ('custom_group', 'chat', 'channel')),
  custom_group_id uuid,
  -- WhatsApp id of a person or a group.
  chat_id text,
  channel_id uuid,
  message_type text NOT NULL CHECK (message_type IN ('text', 'media')),
  message_content text,
  media_url text,
  -- Texts to choose from instead of message_content: ["...", "..."].
  variants jsonb,
  -- {"start":"21:00","end":"08:00"}: nothing of a run leaves then.
  quiet_hours jsonb,
  -- Whom a run did not reach within so many minutes is left out.
  send_within_minutes integer,
  once_per_contact boolean NOT NULL,
  schedule_type text NOT NULL CHECK (schedule_type IN ('one_time', 'daily', 'weekly', 'monthly', 'cron')),
  cron_expression text,
  -- IANA name.
  timezone text NOT NULL,
  scheduled_time timestamptz,
  -- What happens to a run whose time passed while nothing ran.
  missed_runs text NOT NULL CHECK (missed_runs IN ('run_once', 'skip')),
  -- Null unless it is active, and while the one run of a one_time schedule is under way.
  next_run_at timestamptz,
  -- The job that starts it then.
  due_job_id uuid,
  last_run_at timestamptz,
  run_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CHECK (num_nonnulls(custom_group_id, chat_id, channel_id) = 1),
  CHECK ((schedule_type = 'one_time') = (cron_expression IS NULL))
) WITH (fillfactor = 85);

CREATE INDEX scheduled_messages_list ON scheduled_messages (tenant_id, created_at DESC, id DESC);
CREATE INDEX scheduled_messages_list_of_status ON scheduled_messages (tenant_id, status, created_at DESC, id DESC);
CREATE INDEX scheduled_messages_due ON scheduled_messages (next_run_at) WHERE next_run_at IS NOT NULL;
CREATE INDEX scheduled_messages_session ON scheduled_messages (session_id);
CREATE INDEX scheduled_messages_list_target ON scheduled_messages (custom_group_id) WHERE custom_group_id IS NOT NULL;
CREATE INDEX scheduled_messages_channel ON scheduled_messages (channel_id) WHERE channel_id IS NOT NULL;

CREATE TABLE scheduled_executions (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  schedule_id uuid NOT NULL REFERENCES scheduled_messages (id) ON DELETE CASCADE,
  scheduled_for timestamptz NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  status text NOT NULL CHECK (status IN ('running', 'completed', 'partial', 'failed', 'skipped')),
  total_recipients integer NOT NULL DEFAULT 0,
  sent_count integer NOT NULL DEFAULT 0,
  failed_count integer NOT NULL DEFAULT 0,
  skipped_count integer NOT NULL DEFAULT 0,
  -- A code, such as session_not_working.
  error text,
  -- What carries the run: a campaign, a message to a chat, or a post to a channel.
  bulk_job_id uuid,
  message_id uuid,
  post_id uuid
) WITH (fillfactor = 85);

-- Each time of a schedule runs once.
CREATE UNIQUE INDEX scheduled_executions_once ON scheduled_executions (schedule_id, scheduled_for);
CREATE INDEX scheduled_executions_history ON scheduled_executions (schedule_id, started_at DESC, id DESC);
CREATE INDEX scheduled_executions_running ON scheduled_executions (schedule_id) WHERE status = 'running';
CREATE INDEX scheduled_executions_message ON scheduled_executions (message_id) WHERE message_id IS NOT NULL;
