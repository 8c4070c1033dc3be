-- Access that people give to programs by OAuth, and what the authorization server remembers meanwhile.
CREATE TABLE oauth_grants (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- Of the id that the authorization server knows it by.
  grant_hash text NOT NULL UNIQUE,
  client_id text NOT NULL,
  client_name text NOT NULL,
  redirect_host text NOT NULL,
  scopes jsonb NOT NULL,
  -- What the authorization server keeps about it, sealed; empty until it was asked to.
  payload text,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoked_reason text
);
CREATE INDEX oauth_grants_person ON oauth_grants (tenant_id, user_id, created_at);
CREATE INDEX oauth_grants_user ON oauth_grants (user_id);
CREATE INDEX oauth_grants_expiry ON oauth_grants (expires_at);

-- Clients, sessions, requests, codes and tokens: found by the hash of their id, their content sealed.
CREATE TABLE oauth_records (
  kind text NOT NULL,
  id_hash text NOT NULL,
  grant_hash text,
  uid_hash text,
  -- Whose session it is.
  user_id uuid REFERENCES users (id) ON DELETE CASCADE,
  payload text NOT NULL,
  consumed_at timestamptz,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (kind, id_hash)
);
CREATE INDEX oauth_records_grant ON oauth_records (grant_hash) WHERE grant_hash IS NOT NULL;
CREATE INDEX oauth_records_uid ON oauth_records (uid_hash) WHERE uid_hash IS NOT NULL;
CREATE INDEX oauth_records_user ON oauth_records (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX oauth_records_expiry ON oauth_records (expires_at);
