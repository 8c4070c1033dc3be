-- Bulk send: one text or file to everybody on a list, and what became of each recipient.

CREATE TABLE bulk_jobs (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- No foreign keys to session, list and source: a job outlives them.
  session_id uuid NOT NULL,
  custom_group_id uuid,
  name text,
  source text NOT NULL CHECK (source IN ('api', 'schedule')),
  -- The schedule, and the run of it, that made the job.
  source_id uuid,
  execution_id uuid,
  status text NOT NULL CHECK (status IN ('pending', 'running', 'paused', 'completed', 'cancelled', 'failed')),
  message_type text NOT NULL CHECK (message_type IN ('text', 'media')),
  message_content text,
  media_url text,
  -- Texts to choose from instead of message_content: ["...", "..."].
  variants jsonb,
  -- IANA zone of the quiet hours; null: each recipient's own.
  time_zone text,
  -- {"start":"21:00","end":"08:00"}: nothing leaves then.
  quiet_hours jsonb,
  send_before timestamptz,
  total_recipients integer NOT NULL,
  sent_count integer NOT NULL DEFAULT 0,
  failed_count integer NOT NULL DEFAULT 0,
  skipped_count integer NOT NULL DEFAULT 0,
  delivered_count integer NOT NULL DEFAULT 0,
  read_count integer NOT NULL DEFAULT 0,
  replied_count integer NOT NULL DEFAULT 0,
  read_unknown_count integer NOT NULL DEFAULT 0,
  -- Messages of the month's quota that are reserved and neither sent nor given back.
  quota_reserved integer NOT NULL DEFAULT 0,
  -- First day of the month (UTC) they are reserved in; null when each message takes its own.
  quota_month date,
  -- Why nothing leaves just now, and when the next message goes.
  waits_for text,
  next_send_at timestamptz,
  error text,
  -- Recipients before this position have had their turn or were put off.
  next_position integer NOT NULL DEFAULT 0,
  -- The recipient whose message is on its way: nobody else has a turn until it is known how that ended.
  in_flight_id uuid,
  -- The next message leaves no sooner, so that they do not follow each other like a machine's.
  paced_until timestamptz,
  -- Until then nobody who has not written gets anything; those who have are looked for from warm_position on.
  cold_until timestamptz,
  cold_reason text,
  warm_position integer NOT NULL DEFAULT 0,
  -- Failures since the last message that left.
  failure_streak integer NOT NULL DEFAULT 0,
  idempotency_key text,
  idempotency_hash text,
  started_at timestamptz,
  completed_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX bulk_jobs_list ON bulk_jobs (tenant_id, created_at DESC, id DESC);
CREATE INDEX bulk_jobs_list_of_status ON bulk_jobs (tenant_id, status, created_at DESC, id DESC);
-- One job of a session runs at a time; the others wait in their order.
CREATE UNIQUE INDEX bulk_jobs_running ON bulk_jobs (session_id) WHERE status = 'running';
CREATE INDEX bulk_jobs_waiting ON bulk_jobs (session_id, created_at, id) WHERE status = 'pending';
CREATE INDEX bulk_jobs_in_flight ON bulk_jobs (session_id) WHERE in_flight_id IS NOT NULL;
-- When the last one of a session ended: the next one keeps its distance.
CREATE INDEX bulk_jobs_ended ON bulk_jobs (session_id, completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX bulk_jobs_unfinished ON bulk_jobs (custom_group_id) WHERE status IN ('pending', 'running', 'paused');
CREATE INDEX bulk_jobs_source ON bulk_jobs (source_id, created_at) WHERE source_id IS NOT NULL;
CREATE UNIQUE INDEX bulk_jobs_idempotency ON bulk_jobs (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE bulk_recipients (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL,
  job_id uuid NOT NULL REFERENCES bulk_jobs (id) ON DELETE CASCADE,
  -- Their order, from 0.
  position integer NOT NULL,
  -- Digits.
  phone text NOT NULL,
  -- What WhatsApp calls the account of the number; null until it was asked.
  account text,
  checked_at timestamptz,
  name text,
  variables jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'pending' CHECK (status IN
    ('pending', 'sent', 'delivered', 'read', 'replied', 'ignored', 'failed', 'skipped', 'opted_out')),
  skip_reason text,
  error text,
  -- The id the message has or will have: chosen when the recipient is claimed, before anything is sent, so that a
  -- second try can only be the same message.
  message_id uuid,
  -- Which of the variants, from 0.
  variant integer,
  -- Put off: their turn comes then.
  not_before timestamptz,
  claimed_by text,
  claimed_until timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  replied_at timestamptz
) WITH (fillfactor = 80);

-- A phone is written to once by a job.
CREATE UNIQUE INDEX bulk_recipients_phone ON bulk_recipients (job_id, phone);
-- Whose turn it is, and lists of one status.
CREATE INDEX bulk_recipients_turn ON bulk_recipients (job_id, status, position);
CREATE INDEX bulk_recipients_position ON bulk_recipients (job_id, position);
CREATE INDEX bulk_recipients_put_off ON bulk_recipients (job_id, not_before)
  WHERE status = 'pending' AND not_before IS NOT NULL;
CREATE UNIQUE INDEX bulk_recipients_message ON bulk_recipients (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX bulk_recipients_account ON bulk_recipients (job_id, account) WHERE account IS NOT NULL;
-- Somebody who is erased, or a person's campaigns.
CREATE INDEX bulk_recipients_of_phone ON bulk_recipients (tenant_id, phone);
