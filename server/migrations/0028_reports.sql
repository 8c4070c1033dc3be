-- Reports: what a tenant wants to be told regularly, and what each run found out.

CREATE TABLE reports (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  template_id text NOT NULL,
  schedule_type text NOT NULL CHECK (schedule_type IN ('one_time', 'daily', 'weekly', 'monthly', 'cron')),
  cron_expression text,
  timezone text NOT NULL,
  scheduled_time timestamptz,
  delivery_method text NOT NULL CHECK (delivery_method IN ('dashboard', 'whatsapp')),
  -- Whose own chat it goes to; null: the first session that works at the time. No foreign key: what becomes of the
  -- report when the session goes is decided in the transaction that deletes it.
  session_id uuid,
  params jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL CHECK (status IN ('active', 'paused', 'cancelled', 'completed')),
  -- Set while it is active and has a run to come.
  next_run_at timestamptz,
  -- The job that starts it then.
  due_job_id uuid,
  last_run_at timestamptz,
  -- Why the newest run failed or did not arrive; null when it did.
  last_error text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX reports_list ON reports (tenant_id, created_at DESC, id DESC);
CREATE INDEX reports_due ON reports (next_run_at) WHERE next_run_at IS NOT NULL;
CREATE INDEX reports_session ON reports (session_id) WHERE session_id IS NOT NULL;

-- The newest runs of each report. The contents are made of counts, names and numbers, never of what somebody wrote.
CREATE TABLE report_executions (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  report_id uuid NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
  scheduled_for timestamptz NOT NULL,
  run_at timestamptz NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
  -- How it is to be brought, as it was when the run began.
  delivery_method text NOT NULL CHECK (delivery_method IN ('dashboard', 'whatsapp')),
  delivered boolean NOT NULL DEFAULT false,
  content jsonb,
  text text,
  error text
);
-- A moment of a report has one run.
CREATE UNIQUE INDEX report_executions_once ON report_executions (report_id, scheduled_for);
CREATE INDEX report_executions_list ON report_executions (report_id, run_at DESC, id DESC);
CREATE INDEX report_executions_age ON report_executions (run_at);
CREATE INDEX report_executions_running ON report_executions (run_at) WHERE status = 'running';
