import assert from 'node:assert/strict'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { openTestDatabase, type TestDatabase } from '../../../../test/harness-database.ts'
import { migrationsDirectory, readMigrations, runMigrations } from '../../../platform/database/migrate.ts'

const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
const [tenant, session, first, second, mixed, analysed, alone] = [1, 2, 3, 4, 5, 6, 7].map(uuid) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
]

/** A database as the version before left it: without the migrations from this one on. */
async function openBefore(name: string): Promise<TestDatabase> {
  const database = await openTestDatabase()
  const older = join(database.dataDirectory, 'older')
  await mkdir(older)
  for (const migration of await readMigrations(migrationsDirectory))
    if (migration.name < name)
      await copyFile(join(migrationsDirectory, migration.name), join(older, migration.name))
  await database.db.sql.execute(text`DROP SCHEMA public CASCADE`)
  await database.db.sql.execute(text`CREATE SCHEMA public`)
  await runMigrations(database.db, older)
  return database
}

async function insertOldRows({ db: { sql } }: TestDatabase): Promise<void> {
  await sql.execute(text`INSERT INTO tenants (id, name, plan_id, created_at, updated_at)
    SELECT ${tenant}, 'Old', id, now(), now() FROM plans LIMIT 1`)
  await sql.execute(text`INSERT INTO sessions (id, tenant_id, name, status, created_at, updated_at)
    VALUES (${session}, ${tenant}, 'Old', 'stopped', now(), now())`)
  for (const [group, wa] of [
    [first, '1@g.us'],
    [second, '2@g.us'],
  ]) {
    await sql.execute(text`INSERT INTO monitored_groups (id, tenant_id, session_id, wa_group_id, monitor_mode,
      monitor_keywords, auto_respond, auto_respond_interval_hours, auto_respond_daily_cap, auto_label_leads, skip_admins,
      skip_existing_contacts, is_active, member_count, created_at, updated_at)
      VALUES (${group}, ${tenant}, ${session}, ${wa}, 'keywords', '{leak}', false, 24, 50, false, false, false, true, 1,
        now(), now())`)
    await sql.execute(text`INSERT INTO monitored_group_counts (group_id, tenant_id, leads_detected)
      VALUES (${group}, ${tenant}, ${group === first ? 3 : 0})`)
  }
  const lead = (id: string, name: string, source: string, score: number, keyword: string) =>
    sql.execute(text`INSERT INTO leads (id, tenant_id, contact_name, status, score, score_source, score_signals, facts,
      group_id, wa_group_id, group_name, session_id, matched_keyword, message_preview, monitor_mode, triggered_at, keywords,
      message_count, detected_at, updated_at)
      VALUES (${id}, ${tenant}, ${name}, 'new', ${score}, ${source}, '[{"signal":"keyword","weight":3}]',
        '{"kinds":["keyword"],"days":[],"groups":[]}', ${first}, '1@g.us', 'First', ${session}, ${keyword}, 'newest', 'keywords',
        '2026-01-02T00:00:00Z', 'leak', 2, '2026-01-01T00:00:00Z', now())`)
  await lead(mixed, 'Søren', 'signals', 4, 'price')
  await lead(analysed, 'Anna', 'ai', 9, 'leak')
  await lead(alone, 'Nobody', 'signals', 3, 'leak')
  const signal = (id: number, leadId: string, group: string, keyword: string, at: string) =>
    sql.execute(text`INSERT INTO lead_signals (message_id, tenant_id, lead_id, session_id, group_id, wa_group_id, group_name,
      monitor_mode, matched_keyword, message_preview, signals, at)
      VALUES (${uuid(id)}, ${tenant}, ${leadId}, ${session}, ${group}, '1@g.us', ${group === first ? 'First' : 'Second'},
        'keywords', ${keyword}, ${`said ${keyword}`}, '[]', ${at})`)
  await signal(11, mixed, first, 'leak', '2026-01-01T00:00:00Z')
  await signal(12, mixed, second, 'price', '2026-01-02T00:00:00Z')
  await signal(13, analysed, first, 'leak', '2026-01-01T00:00:00Z')
}

suite('leads of the version before', () => {
  test('get their own detection back, every group that heard them, and a score for each of its two meanings', async () => {
    await using database = await openBefore('0020')
    await insertOldRows(database)
    await runMigrations(database.db)
    const { sql } = database.db
    const leads = await sql.execute(text`SELECT group_name, matched_keyword, message_preview, last_group_id,
      last_group_name, last_matched_keyword, last_message_preview, lead_score, signal_score FROM leads ORDER BY id`)
    assert.deepEqual(
      leads.rows.map((row) => Object.values(row)),
      [
        ['First', 'leak', 'said leak', second, 'Second', 'price', 'said price', 0, 4],
        ['First', 'leak', 'said leak', first, 'First', 'leak', 'said leak', 9, 3],
        ['First', 'leak', 'newest', first, 'First', 'leak', 'newest', 0, 3],
      ],
    )
    const groups = await sql.execute(text`SELECT lead_id, group_id, is_first FROM lead_groups ORDER BY 1, 2`)
    assert.deepEqual(
      groups.rows.map((row) => Object.values(row)),
      [
        [mixed, first, true],
        [mixed, second, false],
        [analysed, first, true],
        [alone, first, true],
      ],
    )
    const counts = await sql.execute(text`SELECT g.keyword_match, c.leads_detected FROM monitored_groups g
      JOIN monitored_group_counts c ON c.group_id = g.id ORDER BY g.id`)
    assert.deepEqual(
      counts.rows.map((row) => Object.values(row)),
      [
        ['start', 3],
        ['start', 1],
      ],
    )
    const found = await sql.execute(text`SELECT lead_id, other_group_ids FROM lead_search
      WHERE lead_words(tenant_id, contact_name, contact_phone, keywords) @@ ${`'${tenant.slice(-8)}soren':*`}::tsquery`)
    assert.deepEqual(found.rows, [{ lead_id: mixed, other_group_ids: [second] }])
  })
})
