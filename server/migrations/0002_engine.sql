-- Who runs a WhatsApp session: one owner at a time, told apart by an epoch that only grows.
CREATE TABLE engine_sessions (
  session_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  owner_id text NOT NULL,
  epoch bigint NOT NULL,
  lease_until timestamp with time zone NOT NULL
);

CREATE INDEX engine_sessions_owner_id ON engine_sessions (owner_id);

-- Credentials and Signal keys, each value encrypted with the installation key. Erased by the engine,
-- not by a cascade: `sessions` is a feature's table and comes later.
CREATE TABLE engine_keys (
  session_id uuid NOT NULL,
  type text NOT NULL,
  id text NOT NULL,
  value bytea NOT NULL,
  PRIMARY KEY (session_id, type, id)
);

-- Rows of a ratchet are rewritten with every message: room on the page keeps those updates in place.
ALTER TABLE engine_keys SET (fillfactor = 70);
