-- Sessions that an earlier version gave up because it was started with another installation key: they are tried again.
UPDATE sessions SET desired_state = 'running' WHERE status = 'failed' AND status_reason = 'key_mismatch';
