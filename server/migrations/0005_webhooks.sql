-- Endpoints that tenants registered, what is to be delivered to them, and what happened at each attempt.

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
  updated_at timestamptz NOT NULL,
  CONSTRAINT webhooks_tenant_id_tenants_id_fk FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
CREATE INDEX webhooks_tenant ON webhooks (tenant_id, created_at, id);

CREATE TABLE webhook_deliveries (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  event text NOT NULL,
  body bytea NOT NULL,
  status text NOT NULL,
  round integer NOT NULL DEFAULT 1,
  round_failures integer NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  status_code integer,
  duration_ms integer,
  error text,
  created_at timestamptz NOT NULL,
  next_attempt_at timestamptz,
  CONSTRAINT webhook_deliveries_status CHECK (status IN ('pending', 'delivered', 'failed')),
  CONSTRAINT webhook_deliveries_webhook_id_webhooks_id_fk
    FOREIGN KEY (webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id, created_at, id);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts (
  delivery_id uuid NOT NULL,
  number integer NOT NULL,
  tenant_id uuid NOT NULL,
  attempted_at timestamptz NOT NULL,
  status_code integer,
  response text,
  duration_ms integer NOT NULL,
  error text,
  CONSTRAINT webhook_attempts_delivery_id_number_pk PRIMARY KEY (delivery_id, number),
  CONSTRAINT webhook_attempts_delivery_id_webhook_deliveries_id_fk
    FOREIGN KEY (delivery_id) REFERENCES webhook_deliveries (id) ON DELETE CASCADE
);
