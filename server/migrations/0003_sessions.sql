-- One WhatsApp account of a tenant; keys and leases belong to the engine's own tables.
CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  status text NOT NULL DEFAULT 'stopped'
    CHECK (status IN ('stopped', 'starting', 'qr_code', 'working', 'failed')),
  status_reason text,
  status_until timestamptz,
  -- What the owner wants: `running` comes back by itself after a restart of the process.
  desired_state text NOT NULL DEFAULT 'stopped' CHECK (desired_state IN ('stopped', 'running')),
  phone_number text,
  is_business boolean NOT NULL DEFAULT false,
  config jsonb NOT NULL DEFAULT '{}',
  paired_at timestamptz,
  last_connected_at timestamptz,
  last_error text,
  -- WhatsApp forbids new conversations until then: the cold budget is 0.
  reach_out_locked_until timestamptz,
  -- Cold conversations started on that day (UTC), counted in the transaction that stores the message.
  cold_day date,
  cold_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE INDEX sessions_tenant ON sessions (tenant_id, created_at, id);
CREATE INDEX sessions_desired ON sessions (id) WHERE desired_state = 'running';
