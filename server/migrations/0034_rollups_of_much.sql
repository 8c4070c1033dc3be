-- Figures of whole months, so that a year of many sessions and labels is read in a few rows of each. A month of a session
-- is there with all its labels or not at all: what counts one of its days anew takes it away, and its days stand for it
-- until it is put together again.
CREATE TABLE rollup_months (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  label_id uuid NOT NULL,
  -- Its first day.
  month date NOT NULL,
  received integer NOT NULL,
  sent integer NOT NULL,
  group_received integer NOT NULL,
  group_sent integer NOT NULL,
  failed integer NOT NULL,
  delivered integer NOT NULL,
  read integer NOT NULL,
  replied integer NOT NULL,
  outreach_sent integer NOT NULL,
  outreach_read integer NOT NULL,
  outreach_replied integer NOT NULL,
  waits jsonb NOT NULL,
  first_waits jsonb NOT NULL,
  leads_detected integer NOT NULL,
  leads_contacted integer NOT NULL,
  leads_qualified integer NOT NULL,
  leads_converted integer NOT NULL,
  leads_lost integer NOT NULL,
  PRIMARY KEY (tenant_id, session_id, month, label_id)
);
CREATE INDEX rollup_months_of_label ON rollup_months (tenant_id, label_id, month);

-- Months that have to be put together, once they are over and nothing of them waits to be counted.
CREATE TABLE rollup_month_marks (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  month date NOT NULL,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, session_id, month)
);
CREATE INDEX rollup_month_marks_next ON rollup_month_marks (tenant_id, due_at);

INSERT INTO rollup_month_marks (tenant_id, session_id, month, due_at)
SELECT m.tenant_id, m.session_id, m.month::date,
  greatest(now(), (m.month + interval '1 month 1 day') AT TIME ZONE t.time_zone)
FROM (SELECT DISTINCT tenant_id, session_id, date_trunc('month', day::timestamp) AS month FROM rollup_days) m
JOIN rollup_tenants t ON t.tenant_id = m.tenant_id;

-- Grows with each count, so that what was read before it is known to be old.
ALTER TABLE rollup_tenants ADD COLUMN version bigint NOT NULL DEFAULT 0;

-- What was said in a long conversation until several moments, whole seconds, from its beginning: what it takes to count
-- the person goes on from the last of them. What changes before a moment takes it away.
CREATE TABLE rollup_chat_counts (
  chat_id uuid NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  until_at timestamptz NOT NULL,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  sent integer NOT NULL,
  received integer NOT NULL,
  turns integer NOT NULL,
  answered integer NOT NULL,
  first_at timestamptz,
  last_inbound_at timestamptz,
  -- The last message before the moment: the next one may be its answer.
  last_direction text,
  last_at timestamptz,
  PRIMARY KEY (chat_id, until_at)
);
-- Of a person who has to be counted anew: when the earliest of what has changed was said.
ALTER TABLE rollup_contact_marks ADD COLUMN from_at timestamptz NOT NULL DEFAULT '-infinity';
