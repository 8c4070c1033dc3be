-- Labels of a tenant, the chats that have them, and what WhatsApp Business knows of them.
CREATE TABLE labels (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  color text NOT NULL,
  color_index integer NOT NULL,
  description text,
  changed_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX labels_name ON labels (tenant_id, name);

-- A label that was taken off a chat stays as a row, so that an older change told later does not bring it back.
CREATE TABLE chat_labels (
  label_id uuid NOT NULL REFERENCES labels (id) ON DELETE CASCADE,
  chat_id uuid NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  is_set boolean NOT NULL DEFAULT true,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (label_id, chat_id)
);
CREATE INDEX chat_labels_chat ON chat_labels (chat_id) WHERE is_set;

-- Which label of an account is which label here; one without a label here is to be deleted on WhatsApp.
CREATE TABLE label_syncs (
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_label_id text NOT NULL,
  tenant_id uuid NOT NULL,
  label_id uuid REFERENCES labels (id) ON DELETE SET NULL,
  linked_at timestamptz NOT NULL,
  PRIMARY KEY (session_id, wa_label_id)
);
CREATE UNIQUE INDEX label_syncs_label ON label_syncs (label_id, session_id);

-- Sessions for which a job waits that brings changes to WhatsApp: changes until it begins need no further one.
CREATE TABLE label_pushes (
  session_id uuid PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL
);
