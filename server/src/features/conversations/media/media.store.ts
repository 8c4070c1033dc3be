import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A file in the blob store that is complete. */
export interface BlobRow extends Record<string, unknown> {
  id: string
  tenantId: string
  mimetype: string
  bytes: number
  sha256: string
}

/** Announces a file before it is written. */
export async function insertBlob(
  sql: Sql,
  blob: { id: string; tenantId: string; mimetype: string; createdAt: Date },
): Promise<void> {
  await sql.execute(text`
    INSERT INTO blobs (id, tenant_id, mimetype, created_at)
    VALUES (${blob.id}, ${blob.tenantId}, ${blob.mimetype}, ${blob.createdAt.toISOString()})`)
}

/** A file and the message it is of; what is known of a file that was written a moment ago. */
export interface BlobLink {
  id: string
  messageId: string
  bytes?: number
  sha256?: string
}

/** Ties files to their messages, and marks those as written whose link says so. */
export async function linkBlobs(sql: Sql, tenantId: string, links: readonly BlobLink[]): Promise<void> {
  await sql.execute(text`
    UPDATE blobs b SET message_id = r."messageId", bytes = COALESCE(r.bytes, b.bytes), sha256 = COALESCE(r.sha256, b.sha256)
    FROM json_to_recordset(${JSON.stringify(links)}::json) AS r(id uuid, "messageId" uuid, bytes bigint, sha256 text)
    WHERE b.id = r.id AND b.tenant_id = ${tenantId}`)
}

/** Says until when the files of messages are kept. */
export async function retainBlobs(
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
  until: Date,
): Promise<void> {
  await sql.execute(text`
    UPDATE blobs SET keep_until = ${until.toISOString()}
    WHERE tenant_id = ${tenantId} AND message_id = ANY(${text.param([...messageIds])}::uuid[])`)
}

const selection = text`SELECT id, tenant_id AS "tenantId", mimetype, bytes::float8 AS bytes, sha256 FROM blobs`

/** The file of a message that is still kept. */
export async function findBlobOf(
  sql: Sql,
  tenantId: string,
  messageId: string,
  now: Date,
): Promise<BlobRow | undefined> {
  const { rows } = await sql.execute<BlobRow>(text`${selection}
    WHERE tenant_id = ${tenantId} AND message_id = ${messageId} AND bytes IS NOT NULL
      AND (keep_until IS NULL OR keep_until > ${now.toISOString()}) ORDER BY id DESC LIMIT 1`)
  return rows[0]
}

/** A complete file by its key, of any tenant: only the process itself asks, for content it stored. */
export async function findBlob(sql: Sql, id: string): Promise<BlobRow | undefined> {
  const { rows } = await sql.execute<BlobRow>(text`${selection} WHERE id = ${id} AND bytes IS NOT NULL`)
  return rows[0]
}

/** Whether a file belongs to no message. */
export async function isUnlinked(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const { rowCount } = await sql.execute(
    text`SELECT FROM blobs WHERE id = ${id} AND tenant_id = ${tenantId} AND message_id IS NULL`,
  )
  return (rowCount ?? 0) > 0
}

/** Keys of files that nobody needs any more, of every tenant. */
export async function listOver(sql: Sql, now: Date, limit: number): Promise<string[]> {
  const timestamp = text`${now.toISOString()}::timestamptz`
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM blobs WHERE keep_until <= ${timestamp}
      OR (message_id IS NULL AND created_at < ${timestamp} - interval '1 day') LIMIT ${limit}`)
  return rows.map((row) => row.id)
}

/** Removes files that were removed, of every tenant. */
export async function deleteBlobs(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql.execute(text`DELETE FROM blobs WHERE id = ANY(${text.param([...ids])}::uuid[])`)
}
