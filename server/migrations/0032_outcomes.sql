-- What campaigns achieved: beside the counters of 0025 those who read without answering and those who opted out
-- after they were written to, and of which job a job writes to the failed ones again (always the first of them).
ALTER TABLE bulk_jobs
  ADD COLUMN ignored_count integer NOT NULL DEFAULT 0,
  ADD COLUMN opted_out_count integer NOT NULL DEFAULT 0,
  ADD COLUMN retry_of uuid;

CREATE INDEX bulk_jobs_retries ON bulk_jobs (retry_of) WHERE retry_of IS NOT NULL;

-- Who has read and not answered yet, by when their time is over.
CREATE INDEX bulk_recipients_unanswered ON bulk_recipients (read_at, id) WHERE status = 'read';

-- The campaigns of a conversation, the latest first: an answer belongs to one of them.
CREATE INDEX messages_campaigns ON messages (chat_id, ordered_at DESC) WHERE origin IN ('bulk', 'schedule');
