-- What messages are found by: the words of what is kept of their text in clear, each behind a part of the tenant's id, so
-- that a search never walks over what other tenants' people say. Filled behind the transactions that store messages.
CREATE TABLE message_words (
  message_id uuid PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  words tsvector NOT NULL
);
CREATE INDEX message_words_words ON message_words USING gin (words);

-- Up to which message all were read; one row.
CREATE TABLE message_words_state (
  id smallint PRIMARY KEY CHECK (id = 1),
  read_until uuid NOT NULL
);
