-- Requests per key and minute, shared by the processes of one installation. Unlogged: after a crash the
-- minute starts anew, and the write costs no log.
CREATE UNLOGGED TABLE rate_windows (
  key text NOT NULL,
  minute bigint NOT NULL,
  taken integer NOT NULL,
  PRIMARY KEY (key, minute)
);
