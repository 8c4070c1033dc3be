-- Documents that AI answers from, their passages with the terms they are found by, and vectors of them.
CREATE TABLE knowledge_sources (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  source_type text NOT NULL,
  status text NOT NULL CHECK (status IN ('processing', 'indexed', 'failed')),
  -- Why it failed, as a sentence.
  error text,
  task_id uuid NOT NULL,
  -- Of the file, which lies in the blob store under this id once `is_stored`: the row is made before it.
  bytes bigint NOT NULL,
  is_stored boolean NOT NULL DEFAULT false,
  chunk_count integer NOT NULL DEFAULT 0,
  -- Of files that have pages.
  pages integer,
  pages_with_text integer,
  -- ISO 639-1, the most used first.
  languages text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  indexed_at timestamptz,
  -- Gone for everybody; a job removes what is left of it.
  deleted_at timestamptz
);
CREATE INDEX knowledge_sources_tenant ON knowledge_sources (tenant_id, created_at DESC, id DESC)
  WHERE deleted_at IS NULL;
CREATE INDEX knowledge_sources_not_stored ON knowledge_sources (created_at) WHERE NOT is_stored;

CREATE TABLE knowledge_chunks (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  source_id uuid NOT NULL REFERENCES knowledge_sources (id) ON DELETE CASCADE,
  -- From 0 on within the document.
  position integer NOT NULL,
  page integer,
  heading text,
  content text NOT NULL,
  -- Of the document's name, the headings and the text. Each term begins with a part of the tenant's id, so that a search
  -- never walks over what is in other tenants' documents.
  terms tsvector NOT NULL,
  UNIQUE (source_id, position)
-- Ranking reads the terms of hundreds of passages: kept apart and packed, each would have to be fetched and unpacked.
) WITH (toast_tuple_target = 8160);
CREATE INDEX knowledge_chunks_terms ON knowledge_chunks USING gin (terms) WITH (fastupdate = off);
CREATE INDEX knowledge_chunks_tenant ON knowledge_chunks (tenant_id, id);

-- In how many passages of a tenant a term is: what is everywhere says little, and is not searched for.
CREATE TABLE knowledge_terms (
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- With what begins it in the passages.
  term text NOT NULL,
  chunks integer NOT NULL,
  PRIMARY KEY (tenant_id, term)
) WITH (fillfactor = 80);

-- Embedding models of a tenant: the one whose vectors are searched, and one whose vectors are being made.
CREATE TABLE knowledge_spaces (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  -- As the provider's part of the program names it: changes when the model does.
  name text NOT NULL,
  -- Null until the first vector is made.
  dimensions integer,
  is_active boolean NOT NULL DEFAULT false,
  -- Some passages, to tell how alike a question is to those that have nothing to do with it.
  sample uuid[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  UNIQUE (tenant_id, name)
);
CREATE UNIQUE INDEX knowledge_spaces_active ON knowledge_spaces (tenant_id) WHERE is_active;

-- As plain numbers: a database without the extension for vectors can keep them, and where it has it they are cast to
-- vectors of their length, in queries and in an index of their own for each large space.
CREATE TABLE knowledge_vectors (
  chunk_id uuid NOT NULL REFERENCES knowledge_chunks (id) ON DELETE CASCADE,
  space_id integer NOT NULL REFERENCES knowledge_spaces (id) ON DELETE CASCADE,
  embedding real[] NOT NULL,
  PRIMARY KEY (space_id, chunk_id)
);
CREATE INDEX knowledge_vectors_chunk ON knowledge_vectors (chunk_id);
ALTER TABLE knowledge_vectors ALTER COLUMN embedding SET STORAGE EXTERNAL;
