import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import { flushNotedChanges } from './noted-changes.ts'
import { countNext, enqueueRebuild, followMessages, recountContacts } from './rollups.service.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
  await followMessages(app.app.ctx)
  await app.runJobs()
})
after(() => app.close())

const messageCount = 9_000
/** Three in a minute, the third of them ours; two fall on one second. */
const beganMs = Date.parse('2026-01-20T00:00:00Z')

/** A person with whom thousands of messages were exchanged. */
class LongTalk {
  readonly tenant: TestTenant
  readonly sessionId: string
  readonly phone = buildPhone()
  chatId = ''
  contactId = ''

  constructor(tenant: TestTenant, sessionId: string) {
    this.tenant = tenant
    this.sessionId = sessionId
  }

  static async open(): Promise<LongTalk> {
    const tenant = await app.tenant()
    const talk = new LongTalk(tenant, (await createSession(tenant.api)).id)
    await talk.say('2026-01-19T00:00:00Z')
    const { sql } = app.app.ctx.db
    const { rows } = await sql.execute<{ id: string; contactId: string }>(text`
      SELECT id, contact_id AS "contactId" FROM chats WHERE tenant_id = ${tenant.id}`)
    talk.chatId = rows[0]?.id ?? ''
    talk.contactId = rows[0]?.contactId ?? ''
    await sql.execute(text`
      INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, message_type, status,
        content_preview, ordered_at, sent_at, created_at)
      SELECT (right(${talk.chatId}, 8) || lpad(to_hex(n), 24, '0'))::uuid, ${tenant.id}, ${talk.sessionId}, ${talk.chatId}, 'LONG' || n,
        CASE WHEN n % 3 = 2 THEN 'outbound' ELSE 'inbound' END, 'text', CASE WHEN n % 3 = 2 THEN 'sent' ELSE 'received' END,
        'Hello', at, at, at
      FROM generate_series(0, ${messageCount - 1}::int) AS n CROSS JOIN LATERAL (
        SELECT ${new Date(beganMs).toISOString()}::timestamptz + n / 3 * interval '1 minute'
          + CASE n % 3 WHEN 0 THEN interval '0' ELSE interval '30 seconds' END AS at
      ) a`)
    await sql.execute(text`UPDATE chats SET message_count = ${messageCount + 1} WHERE id = ${talk.chatId}`)
    await sql.execute(text`VACUUM (ANALYZE) messages`)
    return talk
  }

  async say(at: string): Promise<void> {
    const message = buildInboundMessage(
      { tenantId: this.tenant.id, sessionId: this.sessionId },
      {
        chatId: `${this.phone}@c.us`,
        sender: { phone: this.phone, lid: null, pushName: null },
        isOffline: true,
        waTimestamp: new Date(at),
      },
    )
    await storeInbound(app.app.ctx, [message])
  }

  /** Counts what was noted; a long conversation may wait a little first. */
  async count(): Promise<void> {
    const { ctx } = app.app
    await flushNotedChanges(ctx)
    await ctx.db.sql.execute(text`
      UPDATE rollup_contact_marks SET due_at = '-infinity' WHERE tenant_id = ${this.tenant.id}`)
    while (await countNext(ctx, this.tenant.id));
  }

  async recount(): Promise<void> {
    await recountContacts(app.app.ctx, this.tenant.id, [this.contactId])
    await this.count()
  }

  /** What was counted once: how many parts, and until when. */
  async parts(): Promise<{ count: number; until: string }> {
    const { rows } = await app.app.ctx.db.sql.execute<{ count: number; until: string }>(text`
      SELECT count(*)::int AS count, to_char(max(until_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS until
      FROM rollup_chat_counts WHERE chat_id = ${this.chatId}`)
    return rows[0] ?? { count: 0, until: '' }
  }

  async told() {
    const { rows } = await app.app.ctx.db.sql.execute<Record<string, number>>(text`
      SELECT DISTINCT sent, received, turns, answered, first_at::text, last_inbound_at::text FROM rollup_contacts
      WHERE tenant_id = ${this.tenant.id}`)
    return rows
  }
}

suite('long conversations in rollups', () => {
  test('are counted in parts, and tell the same as all at once', async () => {
    const talk = await LongTalk.open()
    await talk.recount()
    const third = messageCount / 3
    const [told, ...others] = await talk.told()
    assert.deepEqual(others, [])
    assert.partialDeepStrictEqual(told, {
      sent: third,
      received: 2 * third + 1,
      turns: third,
      answered: third - 1,
    })
    assert.equal((await talk.parts()).count, 3)
    // No conversation counts as long now: everything is read in one statement.
    await app.app.ctx.db.sql.execute(text`UPDATE chats SET message_count = 1 WHERE id = ${talk.chatId}`)
    await talk.recount()
    assert.equal((await talk.parts()).count, 0)
    assert.deepEqual(await talk.told(), [told])
  })

  test('are not read again for what is new: only from where something has changed', async () => {
    const talk = await LongTalk.open()
    await talk.recount()
    const [before] = await talk.told()
    // What was counted once stays as it was, whatever becomes of the raw data unnoticed.
    await app.app.ctx.db.sql.execute(text`
      UPDATE messages SET status = 'failed' WHERE chat_id = ${talk.chatId} AND direction = 'outbound'
        AND ordered_at < ${new Date(beganMs + 3_600_000).toISOString()}::timestamptz`)
    await talk.say('2026-02-11T09:00:00Z')
    await talk.count()
    const received = Number(before?.received)
    assert.partialDeepStrictEqual((await talk.told())[0], { sent: before?.sent, received: received + 1 })
    const all = await talk.parts()
    // In the second part: the first one stands, and the rest is counted again.
    await talk.say('2026-01-20T15:00:00Z')
    await flushNotedChanges(app.app.ctx)
    await talk.count()
    assert.deepEqual((await talk.parts()).count, all.count)
    assert.partialDeepStrictEqual((await talk.told())[0], { sent: before?.sent, received: received + 2 })
    // In the first one: nothing stands.
    await talk.say('2026-01-19T12:00:00Z')
    await talk.count()
    assert.partialDeepStrictEqual((await talk.told())[0], {
      sent: Number(before?.sent) - 60,
      received: received + 3,
    })
  })

  test('one is counted part by part, each in a transaction of its own, while others are counted', async () => {
    const talk = await LongTalk.open()
    const { ctx } = app.app
    await recountContacts(ctx, talk.tenant.id, [talk.contactId])
    while ((await talk.parts()).count === 0) assert.ok(await countNext(ctx, talk.tenant.id))
    assert.deepEqual((await talk.told()).length, 0)
    assert.equal((await talk.parts()).count, 1)
    await countNext(ctx, talk.tenant.id)
    assert.equal((await talk.parts()).count, 2)
    await talk.count()
    assert.equal((await talk.told()).length, 1)
    // With the conversation goes what was counted of it.
    await talk.tenant.api.delete(200, `/sessions/${talk.sessionId}`)
    await ctx.db.transaction((sql) => enqueueRebuild(ctx, sql, talk.tenant.id, new Date(0)))
    await app.runJobs({ includeDelayed: true })
    assert.deepEqual([await talk.told(), (await talk.parts()).count], [[], 0])
  })
})
