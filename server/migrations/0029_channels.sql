-- Channels of a tenant, what was posted to them, and posts counted per month.

CREATE TABLE channels (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_channel_id text NOT NULL,
  -- As WhatsApp said when it was asked last.
  name text NOT NULL,
  description text,
  follower_count integer NOT NULL CHECK (follower_count >= 0),
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'follower', 'guest')),
  invite_code text,
  followers_synced_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX channels_channel ON channels (session_id, wa_channel_id);
-- Oldest first: the newest are the ones that a smaller plan leaves out.
CREATE INDEX channels_tenant ON channels (tenant_id, created_at, id);

-- Room for channels that WhatsApp is being asked to make: they cannot be made in a transaction. What a crash leaves
-- behind holds its room until it expires.
CREATE TABLE channel_reservations (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);
CREATE INDEX channel_reservations_tenant ON channel_reservations (tenant_id, expires_at);

CREATE TABLE channel_posts (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  channel_id uuid NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  -- The message that carries it; null when it was refused before there was one.
  message_id uuid,
  wa_message_id text,
  text text,
  media_type text CHECK (media_type IN ('image', 'video')),
  media_url text,
  status text NOT NULL CHECK (status IN ('pending', 'sent', 'failed')),
  error text,
  source text NOT NULL CHECK (source IN ('broadcast', 'schedule')),
  schedule_id uuid,
  -- The run of a schedule, which posts once.
  execution_id uuid,
  sent_at timestamptz,
  created_at timestamptz NOT NULL
);
CREATE INDEX channel_posts_channel ON channel_posts (channel_id, created_at DESC, id DESC);
CREATE INDEX channel_posts_status ON channel_posts (channel_id, status, created_at DESC, id DESC);
CREATE UNIQUE INDEX channel_posts_message ON channel_posts (message_id) WHERE message_id IS NOT NULL;
CREATE UNIQUE INDEX channel_posts_execution ON channel_posts (execution_id, channel_id) WHERE execution_id IS NOT NULL;

-- Posts admitted per tenant and month, as usage_quota counts messages: whatever goes to a channel counts here.
CREATE TABLE usage_post_quota (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  month date NOT NULL,
  reserved integer NOT NULL,
  admitted integer NOT NULL,
  PRIMARY KEY (tenant_id, month)
);

-- As in 0004, without posts to channels among the messages of a day.
CREATE OR REPLACE FUNCTION settle_sent_messages(p_rows json, p_day date) RETURNS SETOF uuid LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_ids uuid[];
BEGIN
  WITH r AS (
    SELECT * FROM json_to_recordset(p_rows) AS j(id uuid, tenant_id uuid, at timestamptz, proto text)
  ), before AS (
    SELECT m.id, m.sent_at, r.at, r.proto FROM r CROSS JOIN LATERAL (
      SELECT t.id, t.sent_at FROM messages t WHERE t.id = r.id AND t.tenant_id = r.tenant_id FOR UPDATE
    ) m
  ), moved AS (
    UPDATE messages m SET proto = decode(b.proto, 'base64'), sent_at = b.at, error = NULL,
      status = CASE WHEN m.status IN ('pending', 'failed') THEN 'sent' ELSE m.status END
    FROM before b WHERE m.id = b.id
  ), gone AS (
    DELETE FROM outbox o USING before b WHERE o.message_id = b.id
  )
  SELECT array_agg(b.id) INTO v_ids FROM before b WHERE b.sent_at IS NULL;
  IF v_ids IS NULL THEN RETURN; END IF;
  PERFORM add_messages_to_chats(v_ids);
  INSERT INTO usage_daily (tenant_id, session_id, date, messages_sent)
  SELECT m.tenant_id, m.session_id, p_day, count(*)::int FROM messages m JOIN chats c ON c.id = m.chat_id
  WHERE m.id = ANY (v_ids) AND c.kind <> 'channel'
  GROUP BY m.tenant_id, m.session_id ORDER BY m.tenant_id, m.session_id
  ON CONFLICT (tenant_id, date, session_id)
    DO UPDATE SET messages_sent = usage_daily.messages_sent + excluded.messages_sent;
  RETURN QUERY SELECT unnest(v_ids);
END $$;
