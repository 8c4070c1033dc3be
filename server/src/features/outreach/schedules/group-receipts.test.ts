import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ApiClient } from '../../../../test/api-client.ts'
import { buildPhone } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
} from '../../../../test/linked-session.ts'
import { untilAnswer } from '../../../../test/until.ts'
import type { GroupReceipt } from '../../../engine/events.ts'
import { countGroupReceipts, forgetReceipts } from './group-receipts.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession
/** A key: an access token would expire while time is moved on. */
let api: ApiClient

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
  api = await tenant.apiWith(['*'])
})
after(() => app.close())

type Mode = Parameters<LinkedApp['simulator']['setReceipts']>[1]['mode']

/** People with phones that answer so, by their LIDs. */
function addMembers(count: number, mode: Mode, delayMs = 0): { phone: string; lid: string }[] {
  return Array.from({ length: count }, (_, n) => {
    const phone = buildPhone()
    const { lid } = app.simulator.createAccount({ phone, name: `Member ${n}` })
    app.simulator.setReceipts(phone, { mode, deliveryMs: delayMs + 5, readMs: delayMs + 10 })
    return { phone, lid: lid.replace('@lid', '') }
  })
}

/** Posts once, by a schedule; answers the schedule's id. */
async function post(chat_id: string): Promise<string> {
  const { id } = await api.post(201, '/scheduled-messages', {
    name: 'Reminder',
    session_id: session.id,
    chat_id,
    message_content: 'Training at six',
    schedule_type: 'one_time',
    scheduled_time: new Date(app.clock.nowMs() + 600_000).toISOString(),
  })
  app.clock.jump(601_000)
  await app.runJobs()
  await untilRun(id, ({ status }) => status === 'completed')
  return id
}

// biome-ignore lint/suspicious/noExplicitAny: a run as the API shows it
type Run = any

const untilRun = (id: string, isExpected: (run: Run) => boolean): Promise<Run> =>
  untilAnswer(
    async () => {
      await app.runJobs()
      return (await api.get(200, `/scheduled-messages/${id}`)).executions[0]
    },
    isExpected,
    { timeoutMs: 19_000 },
  )

/** What a run counts just now. */
async function countsOf(id: string): Promise<[number, number]> {
  const [run] = (await api.get(200, `/scheduled-messages/${id}`)).executions
  return [run.delivered_to, run.read_by]
}

/** A receipt of a run's message, as the engine tells it. */
async function receiptOf(
  messageId: string,
  lid: string,
  kind: GroupReceipt['kind'] = 'delivered',
): Promise<GroupReceipt> {
  const { rows } = await app.app.ctx.db.pool.query('SELECT wa_message_id FROM messages WHERE id = $1', [
    messageId,
  ])
  const member = { phone: null, lid, pushName: null }
  const waMessageId = rows[0]?.wa_message_id
  return { tenantId: tenant.id, sessionId: session.id, chatId: '1@g.us', waMessageId, member, kind }
}

suite('a post of a schedule to a group', () => {
  // evolution-api #2674: receipts of members came one by one and were dropped, those of delivery all of them.
  test('says how many members got it and how many have read it, each once, also those of whom it hears when it is back', async () => {
    const [readers, hiding, late, away] = [
      addMembers(20, 'read'),
      addMembers(4, 'delivery'),
      addMembers(12, 'read', 300),
      addMembers(3, 'none'),
    ]
    const [owner, ...members] = [...readers, ...hiding, ...late, ...away].map(({ phone }) => phone)
    const group = app.simulator.createGroup({
      subject: 'Club',
      owner: owner ?? '',
      members: [...members, session.phone],
    })
    const id = await post(group.id)
    app.simulator.fault({ kind: 'drop', phone: session.phone })
    const run = await untilRun(id, (one) => one.delivered_to >= 36 && one.read_by >= 32)
    assert.deepEqual([run.delivered_to, run.read_by, run.sent_count], [36, 32, 1])

    const { ctx } = app.app
    const [reader, hider] = [readers[0]?.lid ?? '', hiding[0]?.lid ?? '']
    const again = [
      await receiptOf(run.message_id, reader),
      await receiptOf(run.message_id, reader, 'read'),
      await receiptOf(run.message_id, hider),
    ]
    await Promise.all([countGroupReceipts(ctx, again), countGroupReceipts(ctx, again)])
    assert.deepEqual(await countsOf(id), [36, 32], 'what is told again counts once')
    const last = [
      await receiptOf(run.message_id, away[0]?.lid ?? ''),
      await receiptOf(run.message_id, away[0]?.lid ?? '', 'read'),
    ]
    await Promise.all([countGroupReceipts(ctx, last.slice(0, 1)), countGroupReceipts(ctx, last)])
    assert.deepEqual(await countsOf(id), [37, 33])
    await countGroupReceipts(ctx, [await receiptOf(run.message_id, hider, 'read')])
    assert.deepEqual(await countsOf(id), [37, 34], 'who has read it had got it before')

    app.clock.jump(31 * 24 * 3_600_000)
    await forgetReceipts(ctx)
    const { rows } = await ctx.db.pool.query('SELECT member FROM scheduled_receipts WHERE tenant_id = $1', [
      tenant.id,
    ])
    assert.deepEqual(rows, [], 'who was counted is forgotten')
    await countGroupReceipts(ctx, again)
    assert.deepEqual(await countsOf(id), [37, 34], 'and not counted anew')
  })

  test('a run to a person has neither, and nobody of another tenant counts in a run', async () => {
    const person = await addWarmContact(app, session)
    const id = await post(`${person}@c.us`)
    const run = await untilRun(id, () => true)
    assert.deepEqual([run.delivered_to, run.read_by], [null, null])
    const [member] = addMembers(1, 'none')
    const group = app.simulator.createGroup({
      subject: 'Club',
      owner: member?.phone ?? '',
      members: [session.phone],
    })
    const posted = await post(group.id)
    const { message_id: messageId } = await untilRun(posted, () => true)
    const stranger = { ...(await receiptOf(messageId, '99')), tenantId: (await app.tenant()).id }
    await countGroupReceipts(app.app.ctx, [stranger])
    assert.deepEqual(await countsOf(posted), [0, 0])
  })
})
