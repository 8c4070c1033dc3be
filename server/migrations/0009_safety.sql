-- What keeps harmful and unwanted messages in: content policy, anti-spam rules, approvals, opt-outs.

-- Only what a tenant changed, so that a new switch needs no migration.
CREATE TABLE content_policies (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
  settings jsonb NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE content_rules (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  pattern text NOT NULL,
  action text NOT NULL CHECK (action IN ('block', 'filter', 'flag')),
  description text,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX content_rules_tenant ON content_rules (tenant_id, id);

CREATE TABLE antispam_rules (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  pattern text NOT NULL,
  action text NOT NULL CHECK (action IN ('block', 'flag', 'delay')),
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX antispam_rules_tenant ON antispam_rules (tenant_id, id);

-- Counters of the two above: `checked`, `blocked`, `rule <name>` ... Written every few seconds.
CREATE TABLE tallies (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  area text NOT NULL,
  counter text NOT NULL,
  hits bigint NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, area, counter)
);

-- The last time a text went to a chat: the same one again before `until` is a duplicate.
CREATE TABLE recent_sends (
  chat_id uuid NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  digest text NOT NULL,
  tenant_id uuid NOT NULL,
  message_id uuid NOT NULL,
  sent_at timestamptz NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (chat_id, digest)
);

-- What people who flood a session did; enough of it within a day blocks them.
CREATE TABLE antispam_violations (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_chat_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('rate', 'duplicate', 'pattern')),
  created_at timestamptz NOT NULL
);
CREATE INDEX antispam_violations_chat ON antispam_violations (session_id, wa_chat_id, created_at);

-- Who was blocked by itself; lifted rows stay as a record.
CREATE TABLE antispam_blocks (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  wa_chat_id text NOT NULL,
  kind text NOT NULL,
  violations integer NOT NULL,
  created_at timestamptz NOT NULL,
  -- When WhatsApp was told; null while the session is not connected.
  applied_at timestamptz,
  lifted_at timestamptz,
  lifted_by uuid
);
CREATE INDEX antispam_blocks_tenant ON antispam_blocks (tenant_id, id);
CREATE UNIQUE INDEX antispam_blocks_standing ON antispam_blocks (session_id, wa_chat_id) WHERE lifted_at IS NULL;

-- Messages that wait for a person's word. The text is with the message, the content in the outbox.
CREATE TABLE approvals (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  message_id uuid NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  origin text NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired')),
  reason text,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  decided_at timestamptz,
  -- The user, or the user behind the key; null when it expired.
  decided_by uuid
);
CREATE INDEX approvals_list ON approvals (tenant_id, status, created_at DESC, id DESC);
CREATE INDEX approvals_expiry ON approvals (expires_at) WHERE status = 'pending';

-- Who asked not to be written to. `address` is the phone's digits, or `lid:` and the LID's while the number is hidden.
CREATE TABLE opt_outs (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  address text NOT NULL,
  is_opted_out boolean NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, address)
);

-- Every change of the above; never changed afterwards.
CREATE TABLE opt_out_ledger (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  address text NOT NULL,
  is_opted_out boolean NOT NULL,
  -- `message`: the person wrote the word; `manual`: somebody entered it.
  how text NOT NULL CHECK (how IN ('message', 'manual')),
  word text,
  session_id uuid,
  user_id uuid,
  created_at timestamptz NOT NULL
);
CREATE INDEX opt_out_ledger_address ON opt_out_ledger (tenant_id, address, id);

-- Null: the words of the product.
ALTER TABLE tenant_settings ADD COLUMN opt_out_words jsonb;
ALTER TABLE tenant_settings ADD COLUMN opt_in_words jsonb;
ALTER TABLE tenant_settings ADD COLUMN approval_expiry_hours integer NOT NULL DEFAULT 72;

-- A message that was put off leaves no sooner.
ALTER TABLE outbox ADD COLUMN not_before timestamptz;
-- Tries to bring its file to WhatsApp that failed: after each the message is put off, after the last it fails.
ALTER TABLE outbox ADD COLUMN upload_failures integer NOT NULL DEFAULT 0;
