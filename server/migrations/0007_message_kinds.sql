-- What a message holds beside its text (file, place, cards, poll), as encrypted JSON; as long as the text is kept.
ALTER TABLE messages ADD COLUMN details bytea;

-- Who has chosen what in a poll, by the places of the options: the texts are in the poll's details.
CREATE TABLE poll_votes (
  message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  -- Null is the account itself.
  voter_contact_id uuid REFERENCES contacts (id) ON DELETE CASCADE,
  options integer[] NOT NULL,
  voted_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX poll_votes_voter ON poll_votes (message_id, voter_contact_id) NULLS NOT DISTINCT;
CREATE INDEX poll_votes_contact ON poll_votes (voter_contact_id) WHERE voter_contact_id IS NOT NULL;

-- Every file in the blob store: the row is made first, so that nothing is left behind that nobody knows of.
CREATE TABLE blobs (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  -- Null until the message is stored and again when it is deleted; such a file goes after a day.
  message_id uuid REFERENCES messages (id) ON DELETE SET NULL,
  mimetype text NOT NULL,
  -- Of the file itself; null while it is being written.
  bytes bigint,
  sha256 text,
  -- Null as long as the message waits to leave.
  keep_until timestamptz,
  created_at timestamptz NOT NULL
);
CREATE INDEX blobs_message ON blobs (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX blobs_over ON blobs (keep_until) WHERE keep_until IS NOT NULL;
CREATE INDEX blobs_alone ON blobs (created_at) WHERE message_id IS NULL;

ALTER TABLE tenant_settings
  ADD COLUMN store_media boolean NOT NULL DEFAULT false,
  ADD COLUMN media_retention_days integer NOT NULL DEFAULT 30 CHECK (media_retention_days BETWEEN 1 AND 365);

-- As in 0004, and: a reaction is nothing said, and what comes from WhatsApp's history is no news.
DROP FUNCTION add_messages_to_chats(uuid[]);
CREATE FUNCTION add_messages_to_chats(p_ids uuid[], p_is_history boolean DEFAULT false) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  UPDATE chats h SET
    message_count = h.message_count + g.messages,
    unread_count = CASE WHEN p_is_history THEN h.unread_count
      WHEN g.last_outbound_at IS NULL THEN h.unread_count + g.unread ELSE g.unread END,
    last_message_id = CASE WHEN h.last_message_at IS NULL OR g.last_at >= h.last_message_at
      THEN g.last_id ELSE h.last_message_id END,
    last_message_at = greatest(h.last_message_at, g.last_at),
    last_inbound_at = greatest(h.last_inbound_at, g.last_inbound_at),
    last_outbound_at = greatest(h.last_outbound_at, g.last_outbound_at)
  FROM (
    SELECT chat_id, count(*)::int AS messages, max(ordered_at) AS last_at,
      (array_agg(id ORDER BY ordered_at DESC, id DESC))[1] AS last_id,
      max(ordered_at) FILTER (WHERE direction = 'inbound') AS last_inbound_at, max(own_at) AS last_outbound_at,
      -- The owner has seen what came before when writing in the chat.
      (count(*) FILTER (WHERE direction = 'inbound' AND (own_at IS NULL OR ordered_at > own_at)))::int AS unread
    FROM (
      SELECT id, chat_id, direction, ordered_at,
        max(ordered_at) FILTER (WHERE direction = 'outbound') OVER (PARTITION BY chat_id) AS own_at
      FROM messages WHERE id = ANY (p_ids) AND message_type <> 'reaction'
    ) told
    GROUP BY chat_id ORDER BY chat_id
  ) g WHERE h.id = g.chat_id;
END $$;

-- As in 0004, with details and history.
CREATE OR REPLACE FUNCTION store_arrived_messages(p_rows json) RETURNS SETOF uuid LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_ids uuid[];
  v_history uuid[];
BEGIN
  WITH r AS (
    SELECT * FROM json_to_recordset(p_rows) AS j(id uuid, tenant_id uuid, session_id uuid, chat_id uuid,
      wa_message_id text, direction text, sender_contact_id uuid, message_type text, status text,
      content_preview text, content_full text, proto text, details text, has_media boolean, origin text, quoted text,
      is_history boolean, wa_timestamp timestamptz, ordered_at timestamptz, sent_at timestamptz,
      created_at timestamptz)
  ), stored AS (
    INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, sender_contact_id,
      message_type, status, content_preview, content_full, proto, details, has_media, origin, reply_to_id,
      wa_timestamp, ordered_at, sent_at, created_at)
    SELECT r.id, r.tenant_id, r.session_id, r.chat_id, r.wa_message_id, r.direction, r.sender_contact_id,
      r.message_type, r.status, r.content_preview, decode(r.content_full, 'base64'), decode(r.proto, 'base64'),
      decode(r.details, 'base64'), r.has_media, r.origin,
      CASE WHEN r.quoted IS NOT NULL THEN (SELECT q.id FROM messages q
        WHERE q.session_id = r.session_id AND q.wa_message_id = r.quoted AND q.chat_id = r.chat_id LIMIT 1) END,
      r.wa_timestamp, r.ordered_at, r.sent_at, r.created_at
    FROM r
    WHERE r.direction = 'inbound' OR NOT EXISTS (SELECT FROM messages o
      WHERE o.session_id = r.session_id AND o.wa_message_id = r.wa_message_id AND o.direction = 'outbound')
    ON CONFLICT DO NOTHING RETURNING messages.id
  )
  SELECT array_agg(stored.id) FILTER (WHERE NOT r.is_history), array_agg(stored.id) FILTER (WHERE r.is_history)
    INTO v_ids, v_history FROM stored JOIN r ON r.id = stored.id;
  IF v_history IS NOT NULL THEN PERFORM add_messages_to_chats(v_history, true); END IF;
  IF v_ids IS NOT NULL THEN PERFORM add_messages_to_chats(v_ids); END IF;
  RETURN QUERY SELECT unnest(v_ids) UNION ALL SELECT unnest(v_history);
END $$;

-- As in 0004, with details and files.
CREATE OR REPLACE FUNCTION store_outgoing_messages(p_rows json) RETURNS SETOF uuid LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  RETURN QUERY
  WITH r AS (
    SELECT * FROM json_to_recordset(p_rows) AS j(id uuid, tenant_id uuid, session_id uuid, chat_id uuid,
      wa_message_id text, message_type text, content_preview text, content_full text, details text,
      has_media boolean, origin text, metadata jsonb, is_cold boolean, reply_to_id uuid, idempotency_key text,
      idempotency_hash text, answered_pending boolean, content text, waits_for text, created_at timestamptz,
      counted_month date)
  ), stored AS (
    INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, message_type, status,
      content_preview, content_full, details, has_media, origin, metadata, is_cold, reply_to_id, idempotency_key,
      idempotency_hash, answered_pending, ordered_at, created_at)
    SELECT r.id, r.tenant_id, r.session_id, r.chat_id, r.wa_message_id, 'outbound', r.message_type, 'pending',
      r.content_preview, decode(r.content_full, 'base64'), decode(r.details, 'base64'), r.has_media, r.origin,
      r.metadata, r.is_cold, r.reply_to_id, r.idempotency_key, r.idempotency_hash, r.answered_pending, r.created_at,
      r.created_at
    FROM r ON CONFLICT DO NOTHING RETURNING messages.id
  ), counted AS (
    INSERT INTO usage_quota (tenant_id, month, reserved, admitted)
    SELECT r.tenant_id, r.counted_month, count(*)::int, count(*)::int FROM r JOIN stored ON stored.id = r.id
    WHERE r.counted_month IS NOT NULL GROUP BY r.tenant_id, r.counted_month ORDER BY r.tenant_id
    ON CONFLICT (tenant_id, month)
      DO UPDATE SET reserved = usage_quota.reserved + excluded.reserved, admitted = excluded.admitted
  )
  INSERT INTO outbox (message_id, tenant_id, session_id, content, waits_for, created_at)
  SELECT r.id, r.tenant_id, r.session_id, decode(r.content, 'base64'), r.waits_for, r.created_at
  FROM r JOIN stored ON stored.id = r.id RETURNING outbox.message_id;
END $$;
