-- No foreign key to chats: whoever deletes a chat would wait for who is counting, and the other way round. The nightly
-- count takes away what belongs to chats that are gone.
ALTER TABLE rollup_chat_counts DROP CONSTRAINT rollup_chat_counts_chat_id_fkey;
CREATE INDEX rollup_chat_counts_tenant ON rollup_chat_counts (tenant_id);
