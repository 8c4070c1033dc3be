-- Identity: plans, tenants, users, logins, API keys, settings and consents.

CREATE TABLE plans (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  name text NOT NULL,
  price_monthly numeric(10, 2),
  price_yearly numeric(10, 2),
  currency text NOT NULL DEFAULT 'USD',
  limits jsonb NOT NULL,
  features jsonb NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  sort integer NOT NULL DEFAULT 0
);

CREATE TABLE tenants (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  plan_id text NOT NULL REFERENCES plans (id),
  limit_overrides jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'deleted')),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX tenants_plan ON tenants (plan_id);

CREATE TABLE users (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  email text NOT NULL,
  full_name text NOT NULL,
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'superadmin')),
  password_hash text,
  email_verified_at timestamptz,
  suspended_at timestamptz,
  deleted_at timestamptz,
  last_login_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
-- One account per address whatever its case; a deleted account gives the address back.
CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE deleted_at IS NULL;
CREATE INDEX users_tenant ON users (tenant_id);

CREATE TABLE logins (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  address_hash text NOT NULL,
  user_agent text NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoked_reason text
);
CREATE INDEX logins_user ON logins (user_id, address_hash);
CREATE INDEX logins_tenant ON logins (tenant_id);
CREATE INDEX logins_expiry ON logins (expires_at);

CREATE TABLE refresh_tokens (
  token_hash text PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  login_id uuid NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX refresh_tokens_login ON refresh_tokens (login_id);
CREATE INDEX refresh_tokens_tenant ON refresh_tokens (tenant_id);

-- Password attempts per subject (account, address or both, hashed) in the current window.
CREATE TABLE password_attempts (
  subject text PRIMARY KEY,
  attempts integer NOT NULL,
  window_ends_at timestamptz NOT NULL
);
CREATE INDEX password_attempts_window ON password_attempts (window_ends_at);

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name text NOT NULL,
  key_hash text NOT NULL,
  key_prefix text NOT NULL,
  scopes jsonb NOT NULL,
  is_bootstrap boolean NOT NULL DEFAULT false,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (key_hash);
CREATE INDEX api_keys_tenant ON api_keys (tenant_id, created_at, id);
CREATE INDEX api_keys_user ON api_keys (user_id);

CREATE TABLE tenant_settings (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
  allowed_numbers jsonb NOT NULL DEFAULT '[]',
  require_approval boolean NOT NULL DEFAULT false,
  ai_consent_enabled boolean NOT NULL DEFAULT false,
  chat_history_access_enabled boolean NOT NULL DEFAULT false,
  message_retention_days integer NOT NULL DEFAULT 90 CHECK (message_retention_days BETWEEN 1 AND 365),
  store_full_text boolean NOT NULL DEFAULT false,
  cold_contacts text NOT NULL DEFAULT 'budget' CHECK (cold_contacts IN ('budget', 'strict', 'warn')),
  antispam jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL
);

CREATE TABLE consents (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  type text NOT NULL CHECK (type IN ('ai_processing', 'chat_history_access')),
  version text NOT NULL,
  granted boolean NOT NULL,
  user_id uuid NOT NULL,
  ip text NOT NULL,
  user_agent text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX consents_tenant ON consents (tenant_id, created_at, id);

-- One-time tokens for whoever opens the set-up page first; all die with the first tenant.
CREATE TABLE setup_tokens (
  token_hash text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

INSERT INTO plans (id, name, price_monthly, price_yearly, sort, features, limits) VALUES
  ('free', 'Free', 0, NULL, 10, '[]',
   '{"api_requests_per_minute": 10, "max_messages_per_month": 50, "max_sessions": 1, "max_groups": 2,
     "max_custom_groups": 2, "max_reports": 2, "max_labels": 10, "max_channels": 1,
     "max_channel_posts_per_month": 10, "max_knowledge_documents": 0, "max_style_profiles": 0,
     "ai_replies_per_month": 0}'),
  ('starter', 'Starter', 9.90, 99, 20, '["bulk_send", "scheduled"]',
   '{"api_requests_per_minute": 20, "max_messages_per_month": 500, "max_sessions": 1, "max_groups": 5,
     "max_custom_groups": 5, "max_reports": 5, "max_labels": 25, "max_channels": 2,
     "max_channel_posts_per_month": 50, "max_knowledge_documents": 0, "max_style_profiles": 0,
     "ai_replies_per_month": 0}'),
  ('pro', 'Pro', 29.90, 299, 30,
   '["bulk_send", "scheduled", "leads_bulk", "lead_export", "ai", "reviews", "a2a", "analytics"]',
   '{"api_requests_per_minute": 40, "max_messages_per_month": 1500, "max_sessions": 5, "max_groups": 20,
     "max_custom_groups": 20, "max_reports": 10, "max_labels": 50, "max_channels": 5,
     "max_channel_posts_per_month": 500, "max_knowledge_documents": 10, "max_style_profiles": 3,
     "ai_replies_per_month": 500}'),
  ('business', 'Business', 69.90, 699, 40,
   '["bulk_send", "scheduled", "leads_bulk", "lead_export", "ai", "reviews", "a2a", "analytics"]',
   '{"api_requests_per_minute": 60, "max_messages_per_month": 3000, "max_sessions": 15, "max_groups": 100,
     "max_custom_groups": 100, "max_reports": null, "max_labels": 200, "max_channels": 20,
     "max_channel_posts_per_month": 2000, "max_knowledge_documents": null, "max_style_profiles": null,
     "ai_replies_per_month": 2000}'),
  ('unlimited', 'Unlimited', 0, NULL, 50,
   '["bulk_send", "scheduled", "leads_bulk", "lead_export", "ai", "reviews", "a2a", "analytics"]',
   '{"api_requests_per_minute": 600, "max_messages_per_month": null, "max_sessions": null, "max_groups": null,
     "max_custom_groups": null, "max_reports": null, "max_labels": null, "max_channels": null,
     "max_channel_posts_per_month": null, "max_knowledge_documents": null, "max_style_profiles": null,
     "ai_replies_per_month": null}');
