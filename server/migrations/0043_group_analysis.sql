-- Messages of monitored groups that wait for a model's word. Claimed by whoever asks; a claim that is old is nobody's.
CREATE TABLE group_analysis_tasks (
  message_id uuid PRIMARY KEY REFERENCES group_messages (message_id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  group_id uuid NOT NULL,
  claimed_at timestamptz,
  created_at timestamptz NOT NULL
);
CREATE INDEX group_analysis_tasks_group ON group_analysis_tasks (group_id, created_at, message_id);
CREATE INDEX group_analysis_tasks_age ON group_analysis_tasks (created_at);

-- What a model said about a text under a prompt, by a digest of all three: the same words are paid for once.
CREATE TABLE group_analysis_cache (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  key text NOT NULL,
  analysis jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX group_analysis_cache_age ON group_analysis_cache (created_at);
