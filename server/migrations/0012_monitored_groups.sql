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
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX monitored_groups_group ON monitored_groups (session_id, wa_group_id);
CREATE INDEX monitored_groups_tenant ON monitored_groups (tenant_id, created_at, id);
CREATE INDEX monitored_groups_label ON monitored_groups (lead_label_id) WHERE lead_label_id IS NOT NULL;

-- What was counted in a group, apart from its settings: every message counts, and here it rewrites a row of few bytes
-- within its page and touches no index. Who holds this row is alone with the group; it is held before the group itself.
CREATE TABLE monitored_group_counts (
  group_id uuid PRIMARY KEY REFERENCES monitored_groups (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  leads_detected integer NOT NULL DEFAULT 0,
  messages_processed integer NOT NULL DEFAULT 0
) WITH (fillfactor = 40);

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

-- Counts messages that were looked at, stores what of them is captured, and answers the groups that still exist and
-- listen: nothing is captured in others. The groups come in the order of their ids, the same for everybody, so that two
-- batches never wait for each other in a ring. A function, since its statements are planned once.
CREATE FUNCTION hear_group_messages(p_tenant_id uuid, p_group_ids uuid[], p_messages integer[], p_captured json)
RETURNS SETOF uuid LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_listening uuid[] := '{}';
BEGIN
  FOR n IN 1 .. cardinality(p_group_ids) LOOP
    UPDATE monitored_group_counts c SET messages_processed = c.messages_processed + p_messages[n]
    WHERE c.group_id = p_group_ids[n] AND c.tenant_id = p_tenant_id
      AND EXISTS (SELECT FROM monitored_groups g
        WHERE g.id = p_group_ids[n] AND g.tenant_id = p_tenant_id AND g.is_active);
    IF FOUND THEN
      v_listening := v_listening || p_group_ids[n];
      RETURN NEXT p_group_ids[n];
    END IF;
  END LOOP;
  IF p_captured IS NOT NULL THEN
    INSERT INTO group_messages (message_id, tenant_id, group_id, matched_keyword, is_awaiting_analysis, wa_timestamp)
    SELECT r."messageId", p_tenant_id, r."groupId", r."matchedKeyword", r."isAwaitingAnalysis", r."waTimestamp"
    FROM json_to_recordset(p_captured) AS r("messageId" uuid, "groupId" uuid, "matchedKeyword" text,
      "isAwaitingAnalysis" boolean, "waTimestamp" timestamptz)
    WHERE r."groupId" = ANY (v_listening);
  END IF;
END $$;

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
