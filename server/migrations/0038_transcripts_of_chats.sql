-- How many voice messages of a conversation were written down lately.
CREATE INDEX transcripts_chat ON transcripts (chat_id, created_at);
