import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** What the account of a session does not know yet. */
export interface LabelDifferences {
  /** Labels that were deleted here; those that are gone there too need only be forgotten. */
  deleted: { waLabelId: string; isGone: boolean }[]
  changed: { waLabelId: string; name: string; colorIndex: number }[]
  chats: { waLabelId: string; waChatId: string; isSet: boolean }[]
}

const mostChats = 200

/** How the synced labels of a session differ from what its account was last known to have. */
export async function listDifferences(
  sql: Sql,
  tenantId: string,
  sessionId: string,
): Promise<LabelDifferences> {
  const known = text`LEFT JOIN wa_labels w ON w.session_id = s.session_id AND w.wa_label_id = s.wa_label_id`
  const own = text`s.tenant_id = ${tenantId} AND s.session_id = ${sessionId}`
  const deleted = await sql.execute<LabelDifferences['deleted'][number] & Record<string, unknown>>(text`
    SELECT s.wa_label_id AS "waLabelId", coalesce(w.is_deleted, true) AS "isGone"
    FROM label_syncs s ${known} WHERE ${own} AND s.label_id IS NULL ORDER BY 1`)
  const changed = await sql.execute<LabelDifferences['changed'][number] & Record<string, unknown>>(text`
    SELECT s.wa_label_id AS "waLabelId", l.name, l.color_index AS "colorIndex"
    FROM label_syncs s JOIN labels l ON l.id = s.label_id ${known}
    WHERE ${own} AND (w.name IS NULL OR w.is_deleted OR w.name <> l.name OR w.color_index <> l.color_index)
    ORDER BY s.linked_at, 1`)
  // A chat may have been known under its LID when its label arrived: the newest change under any of its names counts.
  const chats = await sql.execute<LabelDifferences['chats'][number] & Record<string, unknown>>(text`
    SELECT s.wa_label_id AS "waLabelId", h.wa_chat_id AS "waChatId", c.is_set AS "isSet"
    FROM label_syncs s JOIN chat_labels c ON c.label_id = s.label_id
    JOIN chats h ON h.id = c.chat_id AND h.session_id = s.session_id
    LEFT JOIN contacts k ON k.id = h.contact_id
    LEFT JOIN LATERAL (
      SELECT NOT m.is_deleted AS is_set FROM wa_chat_labels m
      WHERE m.session_id = s.session_id AND m.wa_label_id = s.wa_label_id
        AND m.wa_chat_id IN (h.wa_chat_id, k.phone || '@c.us', k.lid || '@c.us')
      ORDER BY m.changed_at DESC LIMIT 1
    ) m ON true
    WHERE ${own} AND c.is_set <> coalesce(m.is_set, false)
    ORDER BY c.changed_at, h.id LIMIT ${mostChats}`)
  return { deleted: deleted.rows, changed: changed.rows, chats: chats.rows }
}
