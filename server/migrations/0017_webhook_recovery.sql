-- What waits for a webhook's endpoint, and when an endpoint that fails is tried again.

ALTER TABLE webhooks
  ADD COLUMN strikes integer NOT NULL DEFAULT 0,
  ADD COLUMN probe_at timestamptz;

ALTER TABLE webhook_deliveries
  ADD COLUMN is_waiting boolean NOT NULL DEFAULT false,
  ADD COLUMN probes integer NOT NULL DEFAULT 0,
  ADD COLUMN tried_at timestamptz,
  ADD COLUMN not_before timestamptz;

CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, created_at, id) WHERE is_waiting;
-- Few at any time, since most deliveries succeed at once.
CREATE INDEX webhook_deliveries_tried ON webhook_deliveries (webhook_id, created_at, id)
  WHERE status = 'pending' AND tried_at IS NOT NULL;
