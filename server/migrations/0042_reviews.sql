-- What decides which messages become reviews. A session that is deleted leaves its collectors and their reviews: they
-- are the tenant's, and collect nothing any more.
CREATE TABLE review_collectors (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  session_id uuid NOT NULL,
  name text NOT NULL,
  description text,
  source_type text NOT NULL CHECK (source_type IN ('all', 'groups', 'chats', 'selected')),
  -- WhatsApp ids.
  selected_chat_ids text[] NOT NULL,
  min_positive_words integer NOT NULL,
  min_sentiment_score double precision NOT NULL,
  include_keywords text[] NOT NULL,
  exclude_keywords text[] NOT NULL,
  -- Empty: all.
  languages text[] NOT NULL,
  auto_approve_min_score double precision,
  is_active boolean NOT NULL,
  -- The run over stored conversations that is under way, where it stands, and when it last moved.
  run_task_id uuid,
  run_after jsonb,
  run_moved_at timestamptz,
  last_run_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX review_collectors_tenant ON review_collectors (tenant_id, created_at, id);
CREATE INDEX review_collectors_session ON review_collectors (session_id);

-- Messages that a collector has made reviews of. It stays when the review is deleted, so that deleted stays deleted,
-- and it is written before the review, so that a message is collected once however many collect at a time.
CREATE TABLE review_sources (
  collector_id uuid NOT NULL REFERENCES review_collectors (id) ON DELETE CASCADE,
  message_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  PRIMARY KEY (collector_id, message_id)
);

CREATE TABLE reviews (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  collector_id uuid NOT NULL REFERENCES review_collectors (id) ON DELETE CASCADE,
  message_id uuid NOT NULL,
  contact_id uuid,
  -- Copies, since the person may leave the address book before the praise does.
  contact_name text,
  contact_phone text,
  message_text text NOT NULL,
  sentiment_score double precision NOT NULL,
  sentiment_label text NOT NULL CHECK (sentiment_label IN ('positive', 'neutral', 'negative')),
  sentiment_source text NOT NULL CHECK (sentiment_source IN ('model', 'lexicon')),
  sentiment_confidence double precision,
  detected_language text NOT NULL,
  is_approved boolean NOT NULL,
  is_hidden boolean NOT NULL,
  notes text,
  -- When it was said: what nobody approved goes as the message does.
  message_at timestamptz NOT NULL,
  collected_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX reviews_tenant ON reviews (tenant_id, collected_at DESC, id DESC);
CREATE INDEX reviews_collector ON reviews (collector_id, collected_at DESC, id DESC);
CREATE INDEX reviews_message ON reviews (message_id);
CREATE INDEX reviews_contact ON reviews (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX reviews_pending ON reviews (tenant_id, message_at) WHERE NOT is_approved;

-- Places where approved reviews are shown to everybody who has the token: the pages they stand in are public.
CREATE TABLE review_widgets (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  token text NOT NULL UNIQUE,
  -- Null: of every collector.
  collector_id uuid REFERENCES review_collectors (id) ON DELETE CASCADE,
  most integer NOT NULL,
  name_style text NOT NULL CHECK (name_style IN ('full', 'first', 'initials', 'none')),
  created_at timestamptz NOT NULL
);
CREATE INDEX review_widgets_tenant ON review_widgets (tenant_id, created_at, id);
CREATE INDEX review_widgets_collector ON review_widgets (collector_id) WHERE collector_id IS NOT NULL;
