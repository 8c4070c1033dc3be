-- A person, known by a phone, a LID or both: two addresses of one contact, so neither is a key of its own.
CREATE TABLE contacts (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  phone text,
  lid text,
  -- Given by the tenant; wins over the name the person chose.
  name text,
  push_name text,
  notes text,
  is_business boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CHECK (phone IS NOT NULL OR lid IS NOT NULL)
);

CREATE UNIQUE INDEX contacts_phone ON contacts (tenant_id, phone) WHERE phone IS NOT NULL;
CREATE UNIQUE INDEX contacts_lid ON contacts (tenant_id, lid) WHERE lid IS NOT NULL;

-- Which sessions met a contact, in a chat of its own or as a member of a group.
CREATE TABLE contact_sessions (
  contact_id uuid NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  PRIMARY KEY (contact_id, session_id)
);
CREATE INDEX contact_sessions_session ON contact_sessions (session_id);

-- A conversation of one session: with a contact, or in a group or channel named by its WhatsApp id.
CREATE TABLE chats (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('person', 'group', 'channel')),
  contact_id uuid REFERENCES contacts (id) ON DELETE CASCADE,
  wa_chat_id text NOT NULL,
  name text,
  message_count integer NOT NULL DEFAULT 0,
  unread_count integer NOT NULL DEFAULT 0,
  last_message_id uuid,
  last_message_at timestamptz,
  last_inbound_at timestamptz,
  last_outbound_at timestamptz,
  -- The last day (UTC) on which a cold send in this chat was charged to the session's budget.
  cold_day date,
  created_at timestamptz NOT NULL,
  CHECK ((kind = 'person') = (contact_id IS NOT NULL))
) WITH (fillfactor = 80);

-- A person's chat is keyed by the contact, so that a second address never splits it.
CREATE UNIQUE INDEX chats_contact ON chats (session_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE UNIQUE INDEX chats_wa_id ON chats (session_id, wa_chat_id) WHERE contact_id IS NULL;
CREATE INDEX chats_contact_only ON chats (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX chats_list ON chats (session_id, last_message_at DESC NULLS LAST, id DESC);

-- fillfactor: a message is updated up to three times (sent, delivered, read) without touching an index.
CREATE TABLE messages (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  session_id uuid NOT NULL,
  chat_id uuid NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  wa_message_id text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  -- Who wrote an inbound message; null for outbound ones.
  sender_contact_id uuid REFERENCES contacts (id),
  message_type text NOT NULL,
  status text NOT NULL CHECK (status IN
    ('pending', 'pending_approval', 'sent', 'delivered', 'read', 'failed', 'received')),
  -- At most 500 characters, removed after the tenant's retention period.
  content_preview text,
  -- The whole text, encrypted; only when the tenant opted in.
  content_full bytea,
  -- The serialised protobuf, encrypted, for 7 days: retry receipts, quotes and poll votes need it.
  proto bytea,
  has_media boolean NOT NULL DEFAULT false,
  -- Which door an outbound message came through: `api`, `phone`, `bulk` ...
  origin text,
  metadata jsonb,
  error text,
  -- Sent to a contact that had never written, under the tenant setting `warn` or within the budget.
  is_cold boolean NOT NULL DEFAULT false,
  requires_approval boolean NOT NULL DEFAULT false,
  is_starred boolean NOT NULL DEFAULT false,
  reactions jsonb NOT NULL DEFAULT '[]',
  -- The stored message it quotes; no foreign key, since the quoted one may expire first.
  reply_to_id uuid,
  idempotency_key text,
  idempotency_hash text,
  -- The first answer under the key said `pending`; repeated calls get the same.
  answered_pending boolean NOT NULL DEFAULT false,
  wa_timestamp timestamptz,
  -- What a conversation is sorted by: WhatsApp's moment for inbound, ours for outbound.
  ordered_at timestamptz NOT NULL,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  edited_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL
) WITH (fillfactor = 75);

-- What WhatsApp delivers twice is stored once; the first two columns also serve receipts and getMessage.
CREATE UNIQUE INDEX messages_wa_id
  ON messages (session_id, wa_message_id, chat_id, direction, sender_contact_id) NULLS NOT DISTINCT;
CREATE INDEX messages_list ON messages (chat_id, ordered_at DESC, id DESC);
CREATE INDEX messages_sender ON messages (sender_contact_id) WHERE sender_contact_id IS NOT NULL;
CREATE UNIQUE INDEX messages_idempotency ON messages (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
-- Retention walks by age; a block range index costs nothing per insert and keeps updates in place.
CREATE INDEX messages_age ON messages USING brin (created_at);

-- What still has to leave: removed once WhatsApp took or refused it, so the table is nearly empty.
CREATE TABLE outbox (
  message_id uuid PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  session_id uuid NOT NULL,
  -- The content as JSON, encrypted.
  content bytea NOT NULL,
  -- Which limit it waits for (`burst`, `rate`); null when it went straight on.
  waits_for text,
  -- Hand-overs that ended without an answer: the second one fails the message.
  unanswered integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL
);
CREATE INDEX outbox_session ON outbox (session_id, message_id);

-- The statements below run for every message. As functions their plans are kept, which halves their cost on the
-- embedded database; the settings keep a plan made while a table was empty from reading it whole later on.

-- Adds stored messages to their chats: counters, the newest message, what is unread.
CREATE FUNCTION add_messages_to_chats(p_ids uuid[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  UPDATE chats h SET
    message_count = h.message_count + g.messages,
    unread_count = CASE WHEN g.last_outbound_at IS NULL THEN h.unread_count + g.unread ELSE g.unread END,
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
      FROM messages WHERE id = ANY (p_ids)
    ) told
    GROUP BY chat_id ORDER BY chat_id
  ) g WHERE h.id = g.chat_id;
END $$;

-- Stores messages that arrived and answers the ids of those that are new. What the own phone is said to have written
-- may be the echo of a message that left through us, perhaps under the other address of the chat: it is known by its
-- id alone.
CREATE FUNCTION store_arrived_messages(p_rows json) RETURNS SETOF uuid LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_ids uuid[];
BEGIN
  WITH stored AS (
    INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, sender_contact_id,
      message_type, status, content_preview, content_full, proto, has_media, origin, reply_to_id, wa_timestamp,
      ordered_at, sent_at, created_at)
    SELECT r.id, r.tenant_id, r.session_id, r.chat_id, r.wa_message_id, r.direction, r.sender_contact_id,
      r.message_type, r.status, r.content_preview, decode(r.content_full, 'base64'), decode(r.proto, 'base64'),
      r.has_media, r.origin,
      CASE WHEN r.quoted IS NOT NULL THEN (SELECT q.id FROM messages q
        WHERE q.session_id = r.session_id AND q.wa_message_id = r.quoted AND q.chat_id = r.chat_id LIMIT 1) END,
      r.wa_timestamp, r.ordered_at, r.sent_at, r.created_at
    FROM json_to_recordset(p_rows) AS r(id uuid, tenant_id uuid, session_id uuid, chat_id uuid,
      wa_message_id text, direction text, sender_contact_id uuid, message_type text, status text,
      content_preview text, content_full text, proto text, has_media boolean, origin text, quoted text,
      wa_timestamp timestamptz, ordered_at timestamptz, sent_at timestamptz, created_at timestamptz)
    WHERE r.direction = 'inbound' OR NOT EXISTS (SELECT FROM messages o
      WHERE o.session_id = r.session_id AND o.wa_message_id = r.wa_message_id AND o.direction = 'outbound')
    ON CONFLICT DO NOTHING RETURNING id
  )
  SELECT array_agg(stored.id) INTO v_ids FROM stored;
  IF v_ids IS NULL THEN RETURN; END IF;
  PERFORM add_messages_to_chats(v_ids);
  RETURN QUERY SELECT unnest(v_ids);
END $$;

-- Stores messages with what still has to leave and answers the ids that went in: a used idempotency key does not.
-- Where a row names its month, the tenant has no quota and the message is only counted; a quota is reserved by the
-- caller, who has to refuse what exceeds it.
CREATE FUNCTION store_outgoing_messages(p_rows json) RETURNS SETOF uuid LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  RETURN QUERY
  WITH r AS (
    SELECT * FROM json_to_recordset(p_rows) AS j(id uuid, tenant_id uuid, session_id uuid, chat_id uuid,
      wa_message_id text, message_type text, content_preview text, content_full text, origin text, metadata jsonb,
      is_cold boolean, reply_to_id uuid, idempotency_key text, idempotency_hash text, answered_pending boolean,
      content text, waits_for text, created_at timestamptz, counted_month date)
  ), stored AS (
    INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, message_type, status,
      content_preview, content_full, origin, metadata, is_cold, reply_to_id, idempotency_key, idempotency_hash,
      answered_pending, ordered_at, created_at)
    SELECT r.id, r.tenant_id, r.session_id, r.chat_id, r.wa_message_id, 'outbound', r.message_type, 'pending',
      r.content_preview, decode(r.content_full, 'base64'), r.origin, r.metadata, r.is_cold, r.reply_to_id,
      r.idempotency_key, r.idempotency_hash, r.answered_pending, r.created_at, r.created_at
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

-- Marks messages as sent, clears them from the outbox and adds them to their chats; answers those that nobody had
-- marked before, and counts them as sent on that day (UTC).
CREATE FUNCTION settle_sent_messages(p_rows json, p_day date) RETURNS SETOF uuid LANGUAGE plpgsql
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
  SELECT m.tenant_id, m.session_id, p_day, count(*)::int FROM messages m WHERE m.id = ANY (v_ids)
  GROUP BY m.tenant_id, m.session_id ORDER BY m.tenant_id, m.session_id
  ON CONFLICT (tenant_id, date, session_id)
    DO UPDATE SET messages_sent = usage_daily.messages_sent + excluded.messages_sent;
  RETURN QUERY SELECT unnest(v_ids);
END $$;

-- Moves messages on, never back: pending, sent, delivered, read; failed only instead of sent. Answers every message
-- that changed as it was before.
CREATE FUNCTION move_messages(p_rows json) RETURNS TABLE (
  id uuid, tenant_id uuid, session_id uuid, chat_id uuid, wa_chat_id text, kind text, wa_message_id text,
  message_type text, content_preview text, metadata jsonb, created_at timestamptz, status text, sent_at timestamptz,
  delivered_at timestamptz, read_at timestamptz
) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH r AS (
    SELECT * FROM json_to_recordset(p_rows) AS j(session_id uuid, tenant_id uuid, wa_message_id text,
      sent_at timestamptz, delivered_at timestamptz, read_at timestamptz, failed_at timestamptz, error text)
  ), before AS (
    SELECT m.*, r.sent_at AS r_sent, r.delivered_at AS r_delivered, r.read_at AS r_read, r.error AS r_error
    FROM r CROSS JOIN LATERAL (
      SELECT t.id, t.tenant_id, t.session_id, t.chat_id, t.wa_message_id, t.message_type, t.content_preview,
        t.metadata, t.created_at, t.status, t.sent_at, t.delivered_at, t.read_at
      FROM messages t WHERE t.session_id = r.session_id AND t.wa_message_id = r.wa_message_id
        AND t.direction = 'outbound' FOR UPDATE
    ) m
    WHERE m.tenant_id = r.tenant_id AND m.status <> 'failed'
      AND ((r.read_at IS NOT NULL AND m.read_at IS NULL)
        OR (r.delivered_at IS NOT NULL AND m.delivered_at IS NULL AND m.read_at IS NULL)
        OR (r.sent_at IS NOT NULL AND m.sent_at IS NULL)
        OR (r.failed_at IS NOT NULL AND m.status = 'pending'))
  ), moved AS (
    UPDATE messages m SET
      status = CASE
        WHEN coalesce(b.r_read, b.read_at) IS NOT NULL THEN 'read'
        WHEN coalesce(b.r_delivered, b.delivered_at) IS NOT NULL THEN 'delivered'
        WHEN coalesce(b.r_sent, b.sent_at) IS NOT NULL THEN 'sent'
        ELSE 'failed' END,
      sent_at = coalesce(b.sent_at, b.r_sent, b.r_delivered, b.r_read),
      delivered_at = coalesce(b.delivered_at, b.r_delivered),
      read_at = coalesce(b.read_at, b.r_read),
      error = CASE WHEN coalesce(b.sent_at, b.r_sent, b.r_delivered, b.r_read) IS NULL THEN b.r_error END
    FROM before b WHERE m.id = b.id
  )
  SELECT b.id, b.tenant_id, b.session_id, b.chat_id, h.wa_chat_id, h.kind, b.wa_message_id, b.message_type,
    b.content_preview, b.metadata, b.created_at, b.status, b.sent_at, b.delivered_at, b.read_at
  FROM before b JOIN chats h ON h.id = b.chat_id;
END $$;
