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
