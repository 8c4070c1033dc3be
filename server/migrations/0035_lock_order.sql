-- As in 0007, with one order for all who lock rows of a person: the contact before the chat. Merging two contacts locks
-- them so. Storing a message locked the chat first, by the foreign keys in the order of their names, and under load the
-- two met again and again until one gave up.
CREATE OR REPLACE FUNCTION store_arrived_messages(p_rows json) RETURNS SETOF uuid LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_ids uuid[];
  v_history uuid[];
BEGIN
  PERFORM FROM contacts c WHERE c.id = ANY(
    ARRAY(SELECT (r->>'sender_contact_id')::uuid FROM json_array_elements(p_rows) AS r
      WHERE r->>'sender_contact_id' IS NOT NULL))
    ORDER BY c.id FOR KEY SHARE;
  WITH r AS (
    SELECT * FROM json_to_recordset(p_rows) AS j(id uuid, tenant_id uuid, session_id uuid, chat_id uuid,
      wa_message_id text, direction text, sender_contact_id uuid, message_type text, status text,
      content_preview text, content_full text, proto text, details text, has_media boolean, origin text, quoted text,
      is_history boolean, wa_timestamp timestamptz, ordered_at timestamptz, sent_at timestamptz,
      created_at timestamptz)
  ), stored AS (
    INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, sender_contact_id,
      message_type, status, content_preview, content_full, proto, details, has_media, origin, reply_to_id,
      wa_timestamp, ordered_at, sent_at, created_at)
    SELECT r.id, r.tenant_id, r.session_id, r.chat_id, r.wa_message_id, r.direction, r.sender_contact_id,
      r.message_type, r.status, r.content_preview, decode(r.content_full, 'base64'), decode(r.proto, 'base64'),
      decode(r.details, 'base64'), r.has_media, r.origin,
      CASE WHEN r.quoted IS NOT NULL THEN (SELECT q.id FROM messages q
        WHERE q.session_id = r.session_id AND q.wa_message_id = r.quoted AND q.chat_id = r.chat_id LIMIT 1) END,
      r.wa_timestamp, r.ordered_at, r.sent_at, r.created_at
    FROM r
    WHERE r.direction = 'inbound' OR NOT EXISTS (SELECT FROM messages o
      WHERE o.session_id = r.session_id AND o.wa_message_id = r.wa_message_id AND o.direction = 'outbound')
    ON CONFLICT DO NOTHING RETURNING messages.id
  )
  SELECT array_agg(stored.id) FILTER (WHERE NOT r.is_history), array_agg(stored.id) FILTER (WHERE r.is_history)
    INTO v_ids, v_history FROM stored JOIN r ON r.id = stored.id;
  IF v_history IS NOT NULL THEN PERFORM add_messages_to_chats(v_history, true); END IF;
  IF v_ids IS NOT NULL THEN PERFORM add_messages_to_chats(v_ids); END IF;
  RETURN QUERY SELECT unnest(v_ids) UNION ALL SELECT unnest(v_history);
END $$;
