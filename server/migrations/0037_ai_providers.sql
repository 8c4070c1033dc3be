-- Which language models a tenant uses, and what they cost: configuration, ledger of calls, budget of the day.
CREATE TABLE ai_configs (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
  is_enabled boolean NOT NULL DEFAULT true,
  -- Null: none is chosen.
  provider text CHECK (provider IN ('openai', 'anthropic', 'groq', 'mistral', 'compatible')),
  -- Of a compatible provider always, of the others when it is not their own.
  base_url text,
  -- Sealed.
  api_key text,
  -- The last characters, to recognise the key by.
  api_key_hint text,
  chat_model text,
  embedding_model text,
  transcription_model text,
  -- Embeddings and transcriptions may come from another provider than chat: most have not all three.
  embedding_provider text CHECK (embedding_provider IN ('openai', 'mistral', 'compatible')),
  embedding_base_url text,
  embedding_api_key text,
  embedding_api_key_hint text,
  transcription_provider text CHECK (transcription_provider IN ('openai', 'groq', 'mistral', 'compatible')),
  transcription_base_url text,
  transcription_api_key text,
  transcription_api_key_hint text,
  system_prompt text,
  -- Null: what the product says.
  daily_token_budget bigint CHECK (daily_token_budget >= 0),
  -- How long a call may take: a model on an own machine may have to be loaded first.
  timeout_seconds integer NOT NULL DEFAULT 120 CHECK (timeout_seconds BETWEEN 1 AND 600),
  -- US dollars for models whose prices the product does not know; null: none stated.
  prices jsonb,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

-- Tokens of a tenant's day: those of calls under way at their longest, and those that were used. Their sum never exceeds
-- the budget of the day, because it is grown under that condition in one statement.
CREATE TABLE ai_budget_days (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  day date NOT NULL,
  reserved bigint NOT NULL CHECK (reserved >= 0),
  used bigint NOT NULL CHECK (used >= 0),
  PRIMARY KEY (tenant_id, day)
);

-- Every call of a model, from its reservation on: a process that dies leaves an open row, which gives its tokens back.
CREATE TABLE ai_calls (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- In the tenant's zone.
  day date NOT NULL,
  purpose text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'succeeded', 'failed', 'abandoned')),
  reserved_tokens bigint NOT NULL,
  input_tokens bigint NOT NULL DEFAULT 0,
  output_tokens bigint NOT NULL DEFAULT 0,
  -- Millionths of a US dollar; null: no price is known.
  cost_micros bigint,
  duration_ms integer,
  -- A code, never a provider's words: those may carry what was asked.
  error_code text,
  started_at timestamptz NOT NULL
);
CREATE INDEX ai_calls_open ON ai_calls (tenant_id, started_at) WHERE status = 'open';
CREATE INDEX ai_calls_started ON ai_calls (started_at);

-- What is kept of the calls when they are gone.
CREATE TABLE ai_usage_days (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  day date NOT NULL,
  purpose text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  calls integer NOT NULL,
  failed_calls integer NOT NULL,
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  cost_micros bigint NOT NULL,
  -- Calls of models without a price.
  unpriced_calls integer NOT NULL,
  PRIMARY KEY (tenant_id, day, purpose, provider, model)
);
CREATE INDEX ai_usage_days_day ON ai_usage_days (day);

-- How a model of a tenant can be asked for structured answers, as far as that was found out.
CREATE TABLE ai_model_traits (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- Provider, base URL and model.
  model_key text NOT NULL,
  rung text NOT NULL CHECK (rung IN ('json_schema', 'json_object', 'text')),
  learned_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, model_key)
);
