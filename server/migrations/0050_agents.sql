-- Keys of agents, other agents a tenant knows, and what was received from them already.
CREATE TABLE agent_profiles (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
  agent_name text,
  -- Whether others on this installation find the tenant by the phones of its sessions.
  is_discoverable boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);

CREATE TABLE agent_keys (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- X25519, base64 of 32 bytes.
  public_key text NOT NULL,
  -- Sealed with the installation key.
  private_key bytea NOT NULL,
  created_at timestamptz NOT NULL,
  -- Null of the one in use; a key that was replaced still opens messages until then.
  valid_until timestamptz
);
CREATE UNIQUE INDEX agent_keys_in_use ON agent_keys (tenant_id) WHERE valid_until IS NULL;
CREATE UNIQUE INDEX agent_keys_public ON agent_keys (tenant_id, public_key);

CREATE TABLE agent_peers (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- Of this installation or of another one.
  peer_tenant_id uuid NOT NULL,
  peer_name text,
  -- Digits.
  peer_phone text,
  trust_level text NOT NULL CHECK (trust_level IN ('discovered', 'verified', 'blocked')),
  -- Of a peer on another installation: its key as last proven, and where its messages go, sealed.
  public_key text,
  inbox_url text,
  discovered_at timestamptz NOT NULL,
  last_message_at timestamptz
);
CREATE UNIQUE INDEX agent_peers_tenant ON agent_peers (tenant_id, peer_tenant_id);
CREATE INDEX agent_peers_phone ON agent_peers (tenant_id, peer_phone);
CREATE INDEX agent_peers_page ON agent_peers (tenant_id, discovered_at, id);

-- What was received once is refused the second time; kept for as long as an old one could be taken for new.
CREATE TABLE agent_receipts (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  peer_tenant_id uuid NOT NULL,
  message_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, peer_tenant_id, message_id)
);
CREATE INDEX agent_receipts_age ON agent_receipts (received_at);
