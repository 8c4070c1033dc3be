import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { ContactRef } from '../contacts/contacts.service.ts'

/** Who is storing a message of the contacts right now must be done first, and who comes next must see the result. */
export async function lockContacts(sql: Sql, tenantId: string, ids: readonly string[]): Promise<void> {
  await sql.execute(text`SELECT id FROM contacts WHERE id = ANY(${text.param([...ids])}::uuid[])
    AND tenant_id = ${tenantId} ORDER BY id FOR UPDATE`)
}

/** Moves everything of one locked contact to another: chats of the same session become one. */
export async function mergeContactRecords(
  sql: Sql,
  tenantId: string,
  keepId: string,
  dropId: string,
): Promise<void> {
  await sql.execute(text`SELECT id FROM chats WHERE contact_id IN (${keepId}, ${dropId}) AND tenant_id = ${tenantId}
    ORDER BY id FOR UPDATE`)
  // Two chats of one session: the messages move, duplicates go, the counters add up.
  await sql.execute(text`
    DELETE FROM messages d USING chats hd, chats hk, messages k
    WHERE d.chat_id = hd.id AND hd.contact_id = ${dropId} AND hd.tenant_id = ${tenantId}
      AND hk.session_id = hd.session_id AND hk.contact_id = ${keepId}
      AND k.session_id = d.session_id AND k.wa_message_id = d.wa_message_id AND k.chat_id = hk.id
      AND k.direction = d.direction`)
  await sql.execute(text`
    UPDATE messages m SET chat_id = hk.id FROM chats hd, chats hk
    WHERE m.chat_id = hd.id AND hd.contact_id = ${dropId} AND hd.tenant_id = ${tenantId}
      AND hk.session_id = hd.session_id AND hk.contact_id = ${keepId}`)
  await sql.execute(text`
    UPDATE chats hk SET
      message_count = (SELECT count(*) FROM messages m WHERE m.chat_id = hk.id
        AND m.status NOT IN ('pending', 'pending_approval', 'failed')),
      unread_count = hk.unread_count + hd.unread_count,
      unread_changed_at = greatest(hk.unread_changed_at, hd.unread_changed_at),
      last_message_id = CASE WHEN hk.last_message_at IS NULL OR hd.last_message_at > hk.last_message_at
        THEN hd.last_message_id ELSE hk.last_message_id END,
      last_message_at = greatest(hk.last_message_at, hd.last_message_at),
      last_inbound_at = greatest(hk.last_inbound_at, hd.last_inbound_at),
      last_outbound_at = greatest(hk.last_outbound_at, hd.last_outbound_at),
      cold_day = greatest(hk.cold_day, hd.cold_day)
    FROM chats hd
    WHERE hd.contact_id = ${dropId} AND hd.tenant_id = ${tenantId}
      AND hk.session_id = hd.session_id AND hk.contact_id = ${keepId}`)
  await sql.execute(text`
    INSERT INTO chat_labels AS c (label_id, chat_id, tenant_id, is_set, changed_at)
    SELECT x.label_id, hk.id, x.tenant_id, x.is_set, x.changed_at FROM chat_labels x JOIN chats hd ON hd.id = x.chat_id
    JOIN chats hk ON hk.session_id = hd.session_id AND hk.contact_id = ${keepId}
    WHERE hd.contact_id = ${dropId} AND hd.tenant_id = ${tenantId}
    ON CONFLICT (label_id, chat_id) DO UPDATE SET is_set = excluded.is_set, changed_at = excluded.changed_at
      WHERE excluded.is_set AND NOT c.is_set`)
  await sql.execute(text`
    DELETE FROM chats hd USING chats hk
    WHERE hd.contact_id = ${dropId} AND hd.tenant_id = ${tenantId}
      AND hk.session_id = hd.session_id AND hk.contact_id = ${keepId}`)
  await sql.execute(text`
    UPDATE chats SET contact_id = ${keepId} WHERE contact_id = ${dropId} AND tenant_id = ${tenantId}`)
  await sql.execute(text`
    DELETE FROM messages d USING messages k
    WHERE d.sender_contact_id = ${dropId} AND d.tenant_id = ${tenantId} AND k.sender_contact_id = ${keepId}
      AND k.session_id = d.session_id AND k.wa_message_id = d.wa_message_id AND k.chat_id = d.chat_id`)
  await sql.execute(text`
    UPDATE messages SET sender_contact_id = ${keepId} WHERE sender_contact_id = ${dropId} AND tenant_id = ${tenantId}`)
  await sql.execute(text`
    UPDATE poll_votes v SET voter_contact_id = ${keepId} WHERE voter_contact_id = ${dropId} AND tenant_id = ${tenantId}
      AND NOT EXISTS (SELECT FROM poll_votes k WHERE k.message_id = v.message_id AND k.voter_contact_id = ${keepId})`)
  await sql.execute(text`
    INSERT INTO contact_sessions AS s (contact_id, session_id, tenant_id, is_blocked)
    SELECT ${keepId}::uuid, session_id, tenant_id, is_blocked FROM contact_sessions WHERE contact_id = ${dropId}
    ON CONFLICT (contact_id, session_id) DO UPDATE SET is_blocked = s.is_blocked OR excluded.is_blocked`)
  await sql.execute(text`DELETE FROM contacts WHERE id = ${dropId} AND tenant_id = ${tenantId}`)
}

/** Gives the contact that stays the addresses and names that the other one had. */
export async function completeContact(
  sql: Sql,
  tenantId: string,
  keepId: string,
  learned: Pick<ContactRef, 'phone' | 'lid' | 'name' | 'bookName' | 'pushName'>,
  now: Date,
): Promise<void> {
  await sql.execute(text`
    UPDATE contacts SET phone = coalesce(phone, ${learned.phone}), lid = coalesce(lid, ${learned.lid}),
      name = coalesce(name, ${learned.name}), book_name = coalesce(book_name, ${learned.bookName}),
      push_name = coalesce(push_name, ${learned.pushName}),
      updated_at = ${now.toISOString()}::timestamptz
    WHERE id = ${keepId} AND tenant_id = ${tenantId}`)
}
