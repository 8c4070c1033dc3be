-- What happened in the quarters of an hour of a day (UTC), in one row, so that a year of another zone's days is read from
-- 366 rows: numbers, with a blank between each two. They are the same that rollup_slots has.
CREATE TABLE rollup_series (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  label_id uuid NOT NULL,
  day date NOT NULL,
  -- Of each quarter that has any its number in the day, and: received, sent, both in groups, failed, delivered, read,
  -- replied.
  messages text NOT NULL,
  -- Sent, read, replied.
  outreach text NOT NULL,
  -- Detected, contacted, qualified, converted, lost.
  leads text NOT NULL,
  -- Of each step that an answer fell on in a quarter: the quarter, the step, answers, seconds together.
  waits text NOT NULL,
  first_waits text NOT NULL,
  PRIMARY KEY (tenant_id, session_id, label_id, day)
);
-- To unpack what is read often takes longer than to read more.
ALTER TABLE rollup_series ALTER COLUMN messages SET STORAGE EXTERNAL, ALTER COLUMN waits SET STORAGE EXTERNAL,
  ALTER COLUMN first_waits SET STORAGE EXTERNAL;

-- The same as waits and first_waits, as numbers: step, answers, seconds together. Null: not written yet, a job does it.
ALTER TABLE rollup_days ADD COLUMN wait_series text, ADD COLUMN first_wait_series text;
ALTER TABLE rollup_months ADD COLUMN wait_series text, ADD COLUMN first_wait_series text;

-- The series of a tenant are complete from this day on; the job goes back in time until nothing is before it.
ALTER TABLE rollup_tenants ADD COLUMN series_since date NOT NULL DEFAULT 'infinity';
