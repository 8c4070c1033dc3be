-- The name in the phone's address book; shown after the tenant's own name and before the one the person chose.
ALTER TABLE contacts ADD COLUMN book_name text;
ALTER TABLE contact_sessions ADD COLUMN is_blocked boolean NOT NULL DEFAULT false;

-- The list is sorted by what a contact is called; search is by the beginnings of words and of the number.
CREATE INDEX contacts_shown ON contacts (tenant_id, lower(coalesce(name, book_name, push_name)), id);
CREATE INDEX contacts_words ON contacts USING gin (to_tsvector('simple'::regconfig,
  coalesce(name, '') || ' ' || coalesce(book_name, '') || ' ' || coalesce(push_name, '')));
CREATE INDEX contacts_digits ON contacts (tenant_id, phone text_pattern_ops);

-- What all devices of the account know of a chat (app state).
ALTER TABLE chats ADD COLUMN is_archived boolean NOT NULL DEFAULT false;
ALTER TABLE chats ADD COLUMN is_pinned boolean NOT NULL DEFAULT false;
ALTER TABLE chats ADD COLUMN muted_until timestamptz;

-- The same of chats that nothing has been said in yet: app state tells it once, often before the history comes.
CREATE TABLE wa_chat_states (
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_chat_id text NOT NULL,
  tenant_id uuid NOT NULL,
  is_archived boolean NOT NULL DEFAULT false,
  is_pinned boolean NOT NULL DEFAULT false,
  muted_until timestamptz,
  PRIMARY KEY (session_id, wa_chat_id)
);

-- The proxy a session connects through, encrypted: its URL may carry a password.
ALTER TABLE sessions ADD COLUMN proxy text;
-- Which code waits to be scanned, and how many there will be.
ALTER TABLE sessions ADD COLUMN qr_attempt integer;
ALTER TABLE sessions ADD COLUMN qr_attempts integer;

-- Every state a session has been in; at most 1,000 per session and 90 days.
CREATE TABLE session_states (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  status text NOT NULL,
  reason text,
  error text,
  until timestamptz,
  at timestamptz NOT NULL
);
CREATE INDEX session_states_list ON session_states (session_id, at DESC, id DESC);
CREATE INDEX session_states_age ON session_states (at);

-- Groups as a session knows them, so that membership can be asked without WhatsApp.
CREATE TABLE wa_groups (
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_group_id text NOT NULL,
  tenant_id uuid NOT NULL,
  name text,
  description text,
  -- Whether the session's account is in the group.
  is_member boolean NOT NULL DEFAULT true,
  -- When all members were told at once; null while only some are known.
  described_at timestamptz,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (session_id, wa_group_id)
);
CREATE INDEX wa_groups_of_tenant ON wa_groups (tenant_id, wa_group_id);

-- Members by their addresses and not as contacts: the strangers of large groups would flood the contact list.
CREATE TABLE wa_group_members (
  id uuid PRIMARY KEY,
  session_id uuid NOT NULL,
  wa_group_id text NOT NULL,
  tenant_id uuid NOT NULL,
  phone text,
  lid text,
  role text NOT NULL CHECK (role IN ('member', 'admin', 'owner')),
  CHECK (phone IS NOT NULL OR lid IS NOT NULL),
  FOREIGN KEY (session_id, wa_group_id) REFERENCES wa_groups (session_id, wa_group_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX wa_group_members_phone ON wa_group_members (session_id, wa_group_id, phone)
  WHERE phone IS NOT NULL;
CREATE UNIQUE INDEX wa_group_members_lid ON wa_group_members (session_id, wa_group_id, lid) WHERE lid IS NOT NULL;
CREATE INDEX wa_group_members_phoneless ON wa_group_members (tenant_id, lid) WHERE phone IS NULL;
CREATE INDEX wa_group_members_lidless ON wa_group_members (tenant_id, phone) WHERE lid IS NULL;

-- Calls of the last 30 days.
CREATE TABLE calls (
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  call_id text NOT NULL,
  tenant_id uuid NOT NULL,
  caller_phone text,
  caller_lid text,
  wa_group_id text,
  is_video boolean NOT NULL,
  status text NOT NULL CHECK (status IN ('ringing', 'accepted', 'rejected', 'missed', 'ended')),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (session_id, call_id)
);
CREATE INDEX calls_list ON calls (tenant_id, created_at DESC, call_id DESC);
CREATE INDEX calls_age ON calls (created_at);

-- Status posts that were told, so that a repeated delivery is not told twice; gone after two days.
CREATE TABLE status_posts (
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_message_id text NOT NULL,
  tenant_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (session_id, wa_message_id)
);
CREATE INDEX status_posts_age ON status_posts (created_at);

-- How far the history of each kind has come.
CREATE TABLE history_syncs (
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('initial', 'recent', 'full', 'on_demand')),
  tenant_id uuid NOT NULL,
  percent integer,
  is_complete boolean NOT NULL DEFAULT false,
  messages integer NOT NULL DEFAULT 0,
  chats integer NOT NULL DEFAULT 0,
  contacts integer NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (session_id, kind)
);

-- Labels of WhatsApp Business and where they are set. App state tells each of them once, so it is kept as it comes.
CREATE TABLE wa_labels (
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_label_id text NOT NULL,
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  color_index integer NOT NULL,
  is_deleted boolean NOT NULL DEFAULT false,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (session_id, wa_label_id)
);
CREATE TABLE wa_chat_labels (
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_label_id text NOT NULL,
  wa_chat_id text NOT NULL,
  tenant_id uuid NOT NULL,
  is_deleted boolean NOT NULL DEFAULT false,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (session_id, wa_label_id, wa_chat_id)
);
