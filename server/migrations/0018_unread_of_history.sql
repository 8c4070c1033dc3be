-- As of when the counter of a chat holds: when it was last read or marked as unread, here or on the phone, or what moment
-- the phone's count is of. An older count of the phone's history does not replace what came of that.
ALTER TABLE chats ADD COLUMN unread_changed_at timestamptz;

-- The phone's count of unread messages in a chat that nothing has been stored of yet.
ALTER TABLE wa_chat_states
  ADD COLUMN unread_count integer NOT NULL DEFAULT 0,
  ADD COLUMN unread_changed_at timestamptz;
