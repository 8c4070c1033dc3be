-- Figures that analytics answer from, kept by jobs that follow the messages; and the zone that a tenant's days are in.
ALTER TABLE tenant_settings ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';

-- What happened in a quarter of an hour, the largest step in which every zone's days can be put together. A session of
-- zeros is all of them together, a label of zeros is every chat whatever its labels.
CREATE TABLE rollup_slots (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  label_id uuid NOT NULL,
  slot timestamptz NOT NULL,
  -- Messages with persons and in groups; reactions are none.
  received integer NOT NULL,
  sent integer NOT NULL,
  group_received integer NOT NULL,
  group_sent integer NOT NULL,
  failed integer NOT NULL,
  -- Of those sent to persons; a reply proves reading, and belongs to one message.
  delivered integer NOT NULL,
  read integer NOT NULL,
  replied integer NOT NULL,
  -- The same of campaigns and schedules alone.
  outreach_sent integer NOT NULL,
  outreach_read integer NOT NULL,
  outreach_replied integer NOT NULL,
  -- How long persons waited for an answer: {"<step>": [answers, seconds together]}; the second only the first answers
  -- of conversations.
  waits jsonb NOT NULL,
  first_waits jsonb NOT NULL,
  -- Leads detected then, and how far they have come since.
  leads_detected integer NOT NULL,
  leads_contacted integer NOT NULL,
  leads_qualified integer NOT NULL,
  leads_converted integer NOT NULL,
  leads_lost integer NOT NULL,
  PRIMARY KEY (tenant_id, session_id, label_id, slot)
);
CREATE INDEX rollup_slots_time ON rollup_slots (tenant_id, slot);

-- The same by day in the tenant's zone.
CREATE TABLE rollup_days (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  label_id uuid NOT NULL,
  day date NOT NULL,
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
  PRIMARY KEY (tenant_id, session_id, label_id, day)
);
CREATE INDEX rollup_days_of_label ON rollup_days (tenant_id, label_id, day);

-- What a person and a session, or all sessions (zeros), have said to each other.
CREATE TABLE rollup_contacts (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  contact_id uuid NOT NULL,
  -- Digits; equals are listed by it.
  phone text,
  sent integer NOT NULL,
  received integer NOT NULL,
  -- Turns of ours, several messages in a row being one, and how many of them were answered in time.
  turns integer NOT NULL,
  answered integer NOT NULL,
  reply_rate real NOT NULL,
  first_at timestamptz NOT NULL,
  last_inbound_at timestamptz,
  -- 1 on the day of the last inbound message, less with each day.
  recency real NOT NULL,
  -- The score in tenths.
  score integer NOT NULL,
  PRIMARY KEY (tenant_id, session_id, contact_id)
);
CREATE INDEX rollup_contacts_score ON rollup_contacts (tenant_id, session_id, score DESC, phone, contact_id);
CREATE INDEX rollup_contacts_person ON rollup_contacts (tenant_id, contact_id);

-- Which messages failed: nothing else finds them by chat and time once the chat has gone on without them.
CREATE TABLE rollup_failures (
  message_id uuid PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  session_id uuid NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX rollup_failures_time ON rollup_failures (session_id, at);

-- The labels that chats had when their figures were counted.
CREATE TABLE rollup_chat_labels (
  chat_id uuid NOT NULL,
  label_id uuid NOT NULL,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  PRIMARY KEY (tenant_id, chat_id, label_id)
);

-- What has to be counted anew, of a session; the same may stand there often. Not unique, so that nobody who adds waits
-- for who is counting.
CREATE TABLE rollup_marks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX rollup_marks_next ON rollup_marks (tenant_id, from_at, session_id);

CREATE TABLE rollup_contact_marks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  contact_id uuid NOT NULL,
  -- Long conversations are counted less often.
  due_at timestamptz NOT NULL
);
CREATE INDEX rollup_contact_marks_next ON rollup_contact_marks (tenant_id, due_at);
CREATE INDEX rollup_contact_marks_person ON rollup_contact_marks (tenant_id, contact_id);

-- Which tenants are counted: the row is held by who counts, and has the zone that the days are in.
CREATE TABLE rollup_tenants (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
  time_zone text NOT NULL,
  -- The next rebuild was asked for by the operator.
  is_rebuild_wanted boolean NOT NULL DEFAULT false
);

-- One row: the newest message that was looked at.
CREATE TABLE rollup_watermark (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  message_id uuid NOT NULL
);
