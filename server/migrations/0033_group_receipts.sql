-- Posts to groups: how many members a run of a schedule was delivered to, and how many have read it. Null of a run that
-- is no post to a group.
ALTER TABLE scheduled_executions ADD COLUMN delivered_to integer, ADD COLUMN read_by integer;

-- Who has been counted, so that nobody is twice, whatever WhatsApp repeats. Goes with the run, and after 30 days, from
-- when on receipts of it count no more. No address: a digest of it that is another one for each run.
CREATE TABLE scheduled_receipts (
  execution_id uuid NOT NULL REFERENCES scheduled_executions (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  member bigint NOT NULL,
  is_read boolean NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (execution_id, member)
) WITH (fillfactor = 85);
CREATE INDEX scheduled_receipts_age ON scheduled_receipts (received_at);

-- Jobs that hold back whoever has not written, looked for when WhatsApp allows new conversations again.
CREATE INDEX bulk_jobs_locked ON bulk_jobs (session_id)
  WHERE cold_reason = 'reach_out_lock' AND status IN ('pending', 'running', 'paused');
