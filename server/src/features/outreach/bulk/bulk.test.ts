import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildPhone } from '../../../../test/builders.ts'
import { byPhone, createList, textsOn, untilJob } from '../../../../test/bulk-world.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'

let app: LinkedApp

before(async () => {
  app = await createLinkedApp()
})
after(() => app.close())

/** A tenant with a session that works; new conversations are not limited unless the test says so. */
async function prepare(
  coldContacts = 'warn',
  plan?: string,
): Promise<{ tenant: TestTenant; session: LinkedSession }> {
  const tenant = await app.tenant(plan === undefined ? {} : { plan })
  await tenant.api.patch(200, '/tenant/settings', { cold_contacts: coldContacts })
  return { tenant, session: await linkSession(app, tenant.api) }
}

const ended = (job: { status: string }): boolean => job.status === 'completed'

suite('a bulk job', () => {
  test('writes to everybody on a list once, fills in who they are, and tells its end', async () => {
    const { tenant, session } = await prepare()
    const people = [
      { phone: addContact(app), name: 'Ada' },
      { phone: addContact(app), name: '{{phone}} $& $1' },
      { phone: addContact(app) },
    ]
    const list = await createList(app, tenant, people)
    const told = nextEvent(app, 'bulk_send.completed')
    const made = await tenant.api.post(201, '/bulk-send', {
      session_id: session.id,
      custom_group_id: list,
      message: 'Hello {{name|there}}, this is {{phone}}',
    })
    assert.partialDeepStrictEqual(made, {
      status: 'running',
      total_recipients: 3,
      sent_count: 0,
      failed_count: 0,
      quota_reserved: 3,
      message_type: 'text',
      message_content: 'Hello {{name|there}}, this is {{phone}}',
    })
    const job = await untilJob(tenant.api, made.id, ended)
    assert.partialDeepStrictEqual(job, {
      sent_count: 3,
      failed_count: 0,
      skipped_count: 0,
      quota_reserved: 0,
      error: null,
    })
    for (const { phone, name } of people)
      assert.deepEqual(textsOn(app, phone), [`Hello ${name ?? 'there'}, this is +${phone}`])
    assert.equal((await told).sent, 3)
    for (const { status, message_id: id } of job.recipients) {
      assert.notEqual(status, 'pending')
      assert.equal((await tenant.api.get(200, `/messages/${id}`)).direction, 'outbound')
    }
    assert.equal((await tenant.api.get(200, '/usage/current')).messages_sent, 3)
  })

  test('skips who is not on WhatsApp before their turn, who opted out, who is not allowed and who is there twice', async () => {
    const { tenant, session } = await prepare()
    const [fine, out, forbidden, account] = [
      addContact(app),
      addContact(app),
      addContact(app),
      '5511912345678',
    ]
    app.simulator.createAccount({ phone: account, name: 'Bia', aliases: ['551112345678'] })
    const nobody = buildPhone()
    await tenant.api.put(200, `/opt-outs/${out}`, {})
    const people = [nobody, out, fine, forbidden, account, '551112345678']
    await tenant.api.patch(200, '/tenant/settings', { allowed_numbers: [fine, out, nobody, account] })
    const list = await createList(app, tenant, people)
    const made = await tenant.api.post(201, '/bulk-send', {
      session_id: session.id,
      custom_group_id: list,
      message_content: 'Hello',
    })
    const job = await untilJob(tenant.api, made.id, ended)
    const found = byPhone(job)
    const reasons = people.map((phone) => [found.get(phone).status, found.get(phone).skip_reason])
    assert.deepEqual(reasons.slice(0, 2), [
      ['skipped', 'not_on_whatsapp'],
      ['opted_out', 'opted_out'],
    ])
    assert.deepEqual(reasons[3], ['skipped', 'allow_list'])
    assert.deepEqual(reasons[5], ['skipped', 'duplicate'])
    assert.equal(textsOn(app, account).length, 1)
    assert.partialDeepStrictEqual(job, {
      sent_count: 2,
      skipped_count: 4,
      failed_count: 0,
      quota_reserved: 0,
    })
    const { messages } = await tenant.api
      .get(200, `/messages/chat/${session.id}/${nobody}@c.us`)
      .catch(() => ({ messages: [] }))
    assert.deepEqual(messages, [], 'nothing was tried')
  })

  test('makes one job for one key, however often and at once it is asked; another request is 422', async () => {
    const { tenant, session } = await prepare()
    const [phone = ''] = [addContact(app)]
    const list = await createList(app, tenant, [phone])
    const ask = (message_content: string) =>
      tenant.api.call('POST', '/bulk-send', {
        body: { session_id: session.id, custom_group_id: list, message_content },
        headers: { 'idempotency-key': 'twice' },
      })
    const clicks = await Promise.all([ask('Hello'), ask('Hello'), ask('Hello'), ask('Hello')])
    assert.deepEqual(
      clicks.map(({ status }) => status),
      [201, 201, 201, 201],
    )
    const ids = new Set(clicks.map(({ body }) => body.id))
    assert.equal(ids.size, 1)
    assert.equal((await ask('Something else')).status, 422)
    const [id = ''] = ids
    await untilJob(tenant.api, id, ended)
    assert.deepEqual(textsOn(app, phone), ['Hello'])
  })

  test('takes its quota when it is made, exactly; one that needs more is 403 and takes nothing', async () => {
    const { tenant, session } = await prepare('warn', 'starter')
    const limit = 3
    await app.app.ctx.db.pool.query(
      `UPDATE tenants SET limit_overrides = '{"max_messages_per_month": ${limit}}'::jsonb WHERE id = $1`,
      [tenant.id],
    )
    const other = await linkSession(app, (await app.tenant()).api)
    const list = await createList(app, tenant, [addContact(app), buildPhone(), buildPhone(), buildPhone()])
    const body = { session_id: session.id, custom_group_id: list, message_content: 'Hello' }
    await tenant.api.post(404, '/bulk-send', { ...body, session_id: other.id })
    const refused = await tenant.api.post(403, '/bulk-send', body)
    assert.match(refused.detail, /max_messages_per_month.*4 are needed, 3 are left/)
    const small = await createList(app, tenant, [addContact(app), buildPhone(), buildPhone()])
    const made = await tenant.api.post(201, '/bulk-send', { ...body, custom_group_id: small })
    const job = await untilJob(tenant.api, made.id, ended)
    assert.partialDeepStrictEqual(job, { sent_count: 1, skipped_count: 2, quota_reserved: 0 })
    const again = await createList(app, tenant, [addContact(app), addContact(app)])
    await tenant.api.post(201, '/bulk-send', {
      ...body,
      custom_group_id: again,
      message_content: 'What is left',
    })
  })

  test('leaves out whose filled text is too long, and goes on', async () => {
    const { tenant, session } = await prepare()
    const people = [
      { phone: addContact(app), name: 'x'.repeat(200) },
      { phone: addContact(app), name: 'Ada' },
    ]
    const list = await createList(app, tenant, people)
    const made = await tenant.api.post(201, '/bulk-send', {
      session_id: session.id,
      custom_group_id: list,
      message_content: `${'y'.repeat(4000)} {{name}}`,
    })
    const job = await untilJob(tenant.api, made.id, ended)
    assert.deepEqual(
      job.recipients.map((one: { skip_reason: string | null }) => one.skip_reason),
      ['too_long', null],
    )
  })
})

suite('new conversations of a bulk job', () => {
  test('over the budget of the day it waits for the next one, says so, and goes on by itself', async () => {
    const { tenant, session } = await prepare('budget')
    await tenant.api.put(200, '/antispam/settings', { cold_budget_first_week: 2 })
    const cold = [addContact(app), addContact(app), addContact(app), addContact(app)]
    const warm = await addWarmContact(app, session)
    const list = await createList(app, tenant, [...cold, warm])
    const made = await tenant.api.post(201, '/bulk-send', {
      session_id: session.id,
      custom_group_id: list,
      message_content: 'Hello',
    })
    const waiting = await untilJob(tenant.api, made.id, (job) => job.waits_for === 'cold_budget')
    assert.partialDeepStrictEqual(waiting, {
      status: 'running',
      sent_count: 3,
      failed_count: 0,
      skipped_count: 0,
    })
    assert.match(waiting.next_send_at, /T00:00:00Z$/)
    assert.equal(textsOn(app, warm).length, 1, 'who has written is written to all the same')
    // Until then the owner's token expires; a key does not.
    const api = await tenant.apiWith(['bulk-send:read'])
    app.clock.advance(Date.parse(waiting.next_send_at) - app.clock.nowMs())
    const job = await untilJob(api, made.id, ended)
    assert.partialDeepStrictEqual(job, { sent_count: 5, skipped_count: 0 })
    for (const phone of cold) assert.deepEqual(textsOn(app, phone), ['Hello'])
  })

  test('strict: whoever has not written is skipped for reciprocity', async () => {
    const { tenant, session } = await prepare('strict')
    const [cold, warm] = [addContact(app), await addWarmContact(app, session)]
    const list = await createList(app, tenant, [cold, warm])
    const made = await tenant.api.post(201, '/bulk-send', {
      session_id: session.id,
      custom_group_id: list,
      message_content: 'Hello',
    })
    const found = byPhone(await untilJob(tenant.api, made.id, ended))
    assert.partialDeepStrictEqual(found.get(cold), { status: 'skipped', skip_reason: 'reciprocity' })
    assert.deepEqual([textsOn(app, cold), textsOn(app, warm)], [[], ['Hello']])
  })

  test('a lock of WhatsApp holds back who has not written, and nobody else; nobody is lost to it', async () => {
    const { tenant, session } = await prepare('budget')
    const cold = [addContact(app), addContact(app)]
    const warm = [await addWarmContact(app, session), await addWarmContact(app, session)]
    app.simulator.setLimits(session.phone, {
      reachOutLock: { until: new Date(Date.now() + 3_600_000).toISOString() },
    })
    const list = await createList(app, tenant, [...cold, ...warm])
    const made = await tenant.api.post(201, '/bulk-send', {
      session_id: session.id,
      custom_group_id: list,
      message_content: 'Hello',
    })
    const waiting = await untilJob(tenant.api, made.id, (job) => job.waits_for === 'reach_out_lock')
    assert.partialDeepStrictEqual(waiting, {
      status: 'running',
      sent_count: 2,
      failed_count: 0,
      skipped_count: 0,
      quota_reserved: 2,
    })
    for (const phone of warm) assert.deepEqual(textsOn(app, phone), ['Hello'])
    for (const phone of cold) assert.deepEqual(textsOn(app, phone), [])
  })
})
