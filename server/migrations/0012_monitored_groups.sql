-- Groups that a tenant listens to, and how.
CREATE TABLE monitored_groups (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_group_id text NOT NULL,
  -- Given by the tenant; null follows the subject.
  name text,
  monitor_mode text NOT NULL
    CHECK (monitor_mode IN ('all', 'keywords', 'mentions', 'first_message', 'ai_analysis')),
  monitor_keywords text[] NOT NULL,
  monitor_prompt text,
  auto_respond boolean NOT NULL,
  response_template text,
  auto_respond_interval_hours integer NOT NULL,
  auto_respond_daily_cap integer NOT NULL,
  auto_label_leads boolean NOT NULL,
  lead_label_id uuid,
  webhook_url text,
  skip_admins boolean NOT NULL,
  skip_existing_contacts boolean NOT NULL,
  is_active boolean NOT NULL,
  -- As WhatsApp said when the group was added; what is known of its members wins.
  member_count integer NOT NULL,
  leads_detected integer NOT NULL DEFAULT 0,
  messages_processed integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX monitored_groups_group ON monitored_groups (session_id, wa_group_id);
CREATE INDEX monitored_groups_tenant ON monitored_groups (tenant_id, created_at, id);
CREATE INDEX monitored_groups_label ON monitored_groups (lead_label_id) WHERE lead_label_id IS NOT NULL;

-- Messages that a group's mode captured; sender and text are those of the message.
CREATE TABLE group_messages (
  message_id uuid PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  group_id uuid NOT NULL REFERENCES monitored_groups (id) ON DELETE CASCADE,
  matched_keyword text,
  ai_analysis jsonb,
  is_awaiting_analysis boolean NOT NULL,
  wa_timestamp timestamptz NOT NULL
);
CREATE INDEX group_messages_list ON group_messages (group_id, wa_timestamp DESC, message_id DESC);
CREATE INDEX group_messages_awaiting ON group_messages (group_id, wa_timestamp) WHERE is_awaiting_analysis;

-- Who was heard in a group before, for the mode first_message.
CREATE TABLE group_speakers (
  group_id uuid NOT NULL REFERENCES monitored_groups (id) ON DELETE CASCADE,
  contact_id uuid NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  PRIMARY KEY (group_id, contact_id)
);
CREATE INDEX group_speakers_contact ON group_speakers (contact_id);

-- When a person was answered by itself last, whichever group it wrote in: claimed in the transaction that captures.
CREATE TABLE auto_response_turns (
  contact_id uuid PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  claimed_at timestamptz NOT NULL
);

-- Every answer that a group's template gave, or would have given.
CREATE TABLE auto_responses (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  group_id uuid NOT NULL REFERENCES monitored_groups (id) ON DELETE CASCADE,
  contact_id uuid NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  -- The message that is answered.
  message_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'submitted', 'refused')),
  -- The answer, once the pipeline took it.
  sent_message_id uuid,
  -- Why the pipeline refused it: a code.
  error text,
  created_at timestamptz NOT NULL
);
CREATE INDEX auto_responses_group ON auto_responses (group_id, created_at);
CREATE INDEX auto_responses_contact ON auto_responses (contact_id);

-- The endpoint of a monitored group's webhook_url: delivered like any other, shown nowhere among the webhooks.
ALTER TABLE webhooks ADD COLUMN monitored_group_id uuid REFERENCES monitored_groups (id) ON DELETE CASCADE;
CREATE UNIQUE INDEX webhooks_monitored_group ON webhooks (monitored_group_id) WHERE monitored_group_id IS NOT NULL;
