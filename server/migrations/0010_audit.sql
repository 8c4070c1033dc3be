-- Who changed what, when, from where. No content and no secrets; written by the program alone, never changed.
CREATE TABLE audit_logs (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- The user, or the user behind the key; no foreign key: the entry outlives both.
  user_id uuid NOT NULL,
  key_id uuid,
  -- The operation: `webhooks.create`.
  action text NOT NULL,
  -- What it was done to: the ids of the path, and that of what was made.
  targets jsonb NOT NULL,
  ip text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX audit_logs_list ON audit_logs (tenant_id, created_at DESC, id DESC);

ALTER TABLE tenant_settings ADD COLUMN audit_retention_days integer NOT NULL DEFAULT 365;
