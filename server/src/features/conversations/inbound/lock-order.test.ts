import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import { until } from '../../../../test/until.ts'
import { storeInbound } from './store-inbound.service.ts'

let app: TestApp
let tenant: TestTenant
let sessionId: string

// The embedded database runs one transaction after the other.
suite('messages that arrive while their contact is locked', { skip: !isServerTest }, () => {
  before(async () => {
    app = await createTestApp()
    tenant = await app.tenant()
    sessionId = (await createSession(tenant.api)).id
  })
  after(() => app.close())

  test('wait for it without holding the chat, so that a merge locks both and nobody has to begin again', async () => {
    const phone = buildPhone()
    const build = () =>
      buildInboundMessage(
        { tenantId: tenant.id, sessionId },
        { chatId: `${phone}@c.us`, sender: { phone, lid: null, pushName: 'Dora' } },
      )
    await storeInbound(app.app.ctx, [build()])
    const { pool } = app.database.db
    const merge = await pool.connect()
    try {
      await merge.query('BEGIN')
      const { rows: contacts } = await merge.query('SELECT id FROM contacts WHERE phone = $1 FOR UPDATE', [
        phone,
      ])
      const stored = storeInbound(app.app.ctx, [build()])
      await until('a message that waits', async () => {
        const { rows } = await pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database()
          AND wait_event_type = 'Lock' AND query LIKE '%store_arrived_messages%'`)
        return rows.length > 0 || undefined
      })
      const chat = await merge.query('SELECT id FROM chats WHERE contact_id = $1 FOR UPDATE NOWAIT', [
        contacts[0].id,
      ])
      assert.equal(chat.rowCount, 1)
      await merge.query('COMMIT')
      await stored
    } finally {
      merge.release()
    }
    const { chats } = await tenant.api.get(200, `/messages/chats/${sessionId}?search=${phone}`)
    assert.equal(chats[0].message_count, 2)
  })
})
