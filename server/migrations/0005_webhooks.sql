CREATE TABLE webhooks (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  events text[] NOT NULL,
  secret bytea,
  is_active boolean NOT NULL,
  failure_count integer NOT NULL DEFAULT 0,
  failing_since timestamptz,
  last_failure_at timestamptz,
  last_delivery_at timestamptz,
  last_error text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX webhooks_tenant ON webhooks (tenant_id, created_at, id);

CREATE TABLE webhook_deliveries (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  webhook_id uuid NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  event text NOT NULL,
  body bytea NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
  round integer NOT NULL DEFAULT 1,
  round_failures integer NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  status_code integer,
  duration_ms integer,
  error text,
  created_at timestamptz NOT NULL,
  next_attempt_at timestamptz
);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id, created_at, id);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts (
  delivery_id uuid NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
  number integer NOT NULL,
  tenant_id uuid NOT NULL,
  attempted_at timestamptz NOT NULL,
  status_code integer,
  response text,
  duration_ms integer NOT NULL,
  error text,
  PRIMARY KEY (delivery_id, number)
);
