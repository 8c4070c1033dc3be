-- People of a tenant: deactivated by it (a suspension by the operator is another matter), and invited by link.
ALTER TABLE users ADD COLUMN deactivated_at timestamptz;

CREATE TABLE invitations (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  email text NOT NULL,
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
  -- Of what stands in the link; the link itself is shown once and kept nowhere.
  token_hash text NOT NULL UNIQUE,
  invited_by uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL
);
-- One link for each address of a tenant: a new one ends the old one.
CREATE UNIQUE INDEX invitations_email ON invitations (tenant_id, lower(email));
CREATE INDEX invitations_page ON invitations (tenant_id, created_at, id);
CREATE INDEX invitations_invited_by ON invitations (invited_by);
CREATE INDEX invitations_expiry ON invitations (expires_at);
