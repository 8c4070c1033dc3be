-- Tasks of A2A 1.0: what an agent asked for, and what became of it. Kept for a week.
CREATE TABLE a2a_tasks (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  id text NOT NULL,
  context_id text NOT NULL,
  -- The number of the protocol's enumeration.
  state smallint NOT NULL,
  -- When it came into this state.
  status_at timestamptz NOT NULL,
  task jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX a2a_tasks_page ON a2a_tasks (tenant_id, status_at DESC, id DESC);
CREATE INDEX a2a_tasks_age ON a2a_tasks (status_at);

-- Where an agent wants to be told of a task.
CREATE TABLE a2a_push_configs (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- Asked for with the message that makes the task, it is here before the task is.
  task_id text NOT NULL,
  id text NOT NULL,
  -- The protocol's version in which it was asked for, and is told.
  version text NOT NULL,
  -- Address, token and credentials, sealed with the installation key.
  sealed text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, task_id, id)
);
CREATE INDEX a2a_push_configs_age ON a2a_push_configs (created_at);
