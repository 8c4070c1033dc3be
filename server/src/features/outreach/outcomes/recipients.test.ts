import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { CampaignWorld } from '../../../../test/campaign-world.ts'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'

let app: TestApp
let world: CampaignWorld

before(async () => {
  app = await createTestApp()
  world = await CampaignWorld.create(app)
})
after(() => app.close())

const phones = (recipients: { phone: string }[]) => recipients.map(({ phone }) => phone.slice(1))

suite('recipients', () => {
  test('come with their job and in pages of their own, in its order, by status and by reason, with exact totals', async () => {
    const { api } = world.tenant
    const people = Array.from({ length: 7 }, () => world.person())
    const job = await world.job(people)
    const [first, second, third] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]]
    const sent = await world.send(job, first)
    await world.progress([sent], 'read')
    await world.ctx.db.sql.execute(text`UPDATE bulk_recipients SET status = 'skipped', skip_reason = 'allow_list'
      WHERE job_id = ${job} AND phone = ${second.phone}`)
    await world.ctx.db.sql.execute(text`UPDATE bulk_recipients SET status = 'skipped', skip_reason = 'not_on_whatsapp'
      WHERE job_id = ${job} AND phone = ${third.phone}`)
    const all = people.map(({ phone }) => phone)
    const path = `/bulk-send/${job}`
    const detail = await api.get(200, path)
    assert.deepEqual([phones(detail.recipients), detail.recipients_total], [all, 7])
    assert.partialDeepStrictEqual(detail, { id: job, read_count: 1, delivered_count: 1 })
    const rows: [query: string, expected: string[], total: number][] = [
      ['recipients_limit=2', all.slice(0, 2), 7],
      ['recipients_limit=2&recipients_offset=5', all.slice(5), 7],
      ['recipients_offset=100', [], 7],
      ['recipients_status=read', all.slice(0, 1), 1],
      ['recipients_status=read,skipped&recipients_limit=1', all.slice(0, 1), 3],
      ['recipients_status=replied', [], 0],
    ]
    for (const [query, expected, total] of rows) {
      const page = await api.get(200, `${path}?${query}`)
      assert.deepEqual([phones(page.recipients), page.recipients_total], [expected, total], query)
    }
    const lists: [query: string, expected: string[], total: number][] = [
      ['', all, 7],
      ['limit=3&after=2', all.slice(3, 6), 7],
      ['limit=3&after=2&offset=1', all.slice(4), 7],
      ['status=skipped', all.slice(1, 3), 2],
      ['skip_reason=not_on_whatsapp', all.slice(2, 3), 1],
    ]
    for (const [query, expected, total] of lists) {
      const page = await api.get(200, `${path}/recipients?${query}`)
      assert.deepEqual([phones(page.recipients), page.total], [expected, total], query)
    }
    const listed = (await api.get(200, `${path}/recipients?limit=1`)).recipients[0]
    assert.partialDeepStrictEqual(listed, { position: 0, status: 'read', variant: null, replied_at: null })
    assert.match(listed.read_at, /Z$/)
  })

  test('are in one stage each, with as many as the counters of the job say, whoever opted out among them', async () => {
    const { api } = world.tenant
    const people = Array.from({ length: 7 }, () => world.person())
    const job = await world.job(people)
    const [early, ...others] = people as [(typeof people)[0], ...typeof people]
    const { sql } = world.ctx.db
    await sql.execute(text`UPDATE bulk_recipients SET status = 'opted_out', skip_reason = 'opted_out'
      WHERE job_id = ${job} AND phone = ${early.phone}`)
    await sql.execute(text`UPDATE bulk_jobs SET skipped_count = 1 WHERE id = ${job}`)
    const sent = []
    for (const person of others.slice(0, 5)) sent.push(await world.send(job, person))
    await world.progress(sent.slice(0, 4), 'delivered')
    await world.progress(sent.slice(0, 3), 'read')
    const [replying, leaving] = others as [(typeof people)[0], (typeof people)[0]]
    await world.hear(replying)
    await sql.execute(text`UPDATE bulk_recipients SET status = 'opted_out'
      WHERE job_id = ${job} AND phone = ${leaving.phone}`)
    const progress = await api.get(200, `/bulk-send/${job}/progress?stream=false`)
    const expected = {
      waiting: progress.pending,
      sent: progress.sent - progress.delivered,
      delivered: progress.delivered - progress.read,
      read: progress.read - progress.replied,
      replied: progress.replied,
      failed: progress.failed,
      left_out: progress.skipped,
    }
    assert.deepEqual(expected, {
      waiting: 1,
      sent: 1,
      delivered: 1,
      read: 2,
      replied: 1,
      failed: 0,
      left_out: 1,
    })
    for (const [stage, count] of Object.entries(expected)) {
      const page = await api.get(200, `/bulk-send/${job}/recipients?stage=${stage}`)
      assert.deepEqual([page.recipients.length, page.total], [count, count], stage)
    }
    await api.get(422, `/bulk-send/${job}/recipients?stage=gone`)
  })

  test('of another tenant are nobody’s, and what cannot be asked is refused by name', async () => {
    const job = await world.job([world.person()])
    const other = await app.tenant()
    for (const path of ['', '/recipients', '/export/csv', '/export/json', '/progress', '/preview']) {
      const refusal = await other.api.get(404, `/bulk-send/${job}${path}`)
      assert.match(refusal.detail, /not found/i, path)
      await world.tenant.api.get(404, `/bulk-send/nonsense${path}`)
    }
    for (const query of [
      'recipients_limit=0',
      'recipients_limit=1001',
      'recipients_offset=-1',
      'recipients_status=gone',
    ])
      assert.match(
        (await world.tenant.api.get(422, `/bulk-send/${job}?${query}`)).detail,
        new RegExp(`^${query.split('=')[0]}`),
      )
    for (const query of ['limit=1001', 'offset=-1', 'after=x', 'status=sent,gone', 'status=,'])
      assert.match(
        (await world.tenant.api.get(422, `/bulk-send/${job}/recipients?${query}`)).detail,
        new RegExp(`^${query.split('=')[0]}`),
      )
  })
})

suite('exports', () => {
  test('of recipients hold all of them or those of a status, and no cell is a formula', async () => {
    const { api } = world.tenant
    const names = ['=HYPERLINK("http://x")', '+1', '-2', '@SUM(A1)', '\t=1', 'Ann, "Bob"\r\nEve', null]
    const people = names.map((name) => world.person(name))
    const job = await world.job(people)
    await world.send(job, people[0] ?? world.person())
    const csv = await api.call('GET', `/bulk-send/${job}/export/csv`)
    assert.match(csv.headers['content-type'] ?? '', /^text\/csv/)
    assert.match(csv.headers['content-disposition'] ?? '', /^attachment/)
    assert.equal(csv.headers['x-total-count'], '7')
    assert.match(
      csv.text,
      /^phone,name,status,skip_reason,error,variant,message_id,sent_at,delivered_at,read_at,replied_at\r\n/,
    )
    for (const name of names.slice(1, 5)) assert.ok(csv.text.includes(`'${name}`), `${name}`)
    assert.match(csv.text, /,"'=HYPERLINK\(""http:\/\/x""\)",sent,/)
    assert.match(csv.text, /,"Ann, ""Bob""\r\nEve",pending,/)
    const json = await api.get(200, `/bulk-send/${job}/export/json`)
    assert.deepEqual(
      json.map(({ name }: { name: string }) => name),
      names,
    )
    const pending = await api.get(200, `/bulk-send/${job}/export/json?status=sent`)
    assert.deepEqual(phones(pending), [people[0]?.phone])
    assert.deepEqual(await api.get(200, `/bulk-send/${job}/export/json?status=replied`), [])
    assert.equal(
      (await api.call('GET', `/bulk-send/${job}/export/csv?status=replied`)).text.split('\r\n').length,
      2,
    )
  })

  test('of many recipients hold each once, in steps', async () => {
    const job = await world.job([world.person()])
    await world.ctx.db.sql.execute(text`
      INSERT INTO bulk_recipients (tenant_id, job_id, position, phone)
      SELECT ${world.tenant.id}, ${job}, n, '1777' || lpad(n::text, 7, '0') FROM generate_series(1, 2500) AS n`)
    const exported = await world.tenant.api.get(200, `/bulk-send/${job}/export/json`)
    assert.equal(new Set(phones(exported)).size, 2501)
    assert.deepEqual(
      exported.map(({ position }: { position: number }) => position),
      Array.from({ length: 2501 }, (_, position) => position),
    )
  })
})

suite('a preview', () => {
  test('shows what a recipient gets, of two variants the one they get, and why they would get nothing', async () => {
    const { api } = world.tenant
    const hostile = { ...world.person('{{phone}} $&'), variables: { city: '{{name}}' } }
    const [nameless, long] = [world.person(null), world.person('x'.repeat(4096))]
    const job = await world.job([hostile, nameless, long], {
      messageContent: 'Hi {{name|there}} of {{city|nowhere}}',
    })
    const path = `/bulk-send/${job}/preview`
    assert.partialDeepStrictEqual(await api.get(200, path), {
      phone: `+${hostile.phone}`,
      text: 'Hi {{phone}} $& of {{name}}',
      variant: null,
      skip_reason: null,
    })
    const byPhone = await api.get(200, `${path}?phone=%2B${nameless.phone}`)
    assert.deepEqual([byPhone.text, byPhone.characters], ['Hi there of nowhere', 19])
    assert.partialDeepStrictEqual(await api.get(200, `${path}?phone=${long.phone}`), {
      text: null,
      skip_reason: 'too_long',
    })
    assert.equal((await api.get(200, `${path}?recipient_id=${byPhone.recipient_id}`)).phone, byPhone.phone)
    await api.get(404, `${path}?phone=15550009999`)
    assert.match((await api.get(422, `${path}?phone=none`)).detail, /^phone/)
    assert.match((await api.get(422, `${path}?recipient_id=none`)).detail, /^recipient_id/)
    const varied = await world.job([hostile, nameless], {
      messageContent: null,
      variants: ['A {{name|x}}', 'B {{name|x}}'],
    })
    const shown = await Promise.all(
      [hostile, nameless].map(({ phone }) => api.get(200, `/bulk-send/${varied}/preview?phone=${phone}`)),
    )
    assert.deepEqual(shown.map(({ text: each }) => each.slice(0, 1)).sort(), ['A', 'B'])
  })

  test('comes before there is a job, for people of a list or any number; unknown placeholders are named', async () => {
    const { api } = world.tenant
    const base = { session_id: world.sessionId, message_content: 'Hi {{name|there}}' }
    const one = await api.post(200, '/bulk-send/preview', { ...base, phone: '+1 555 012 3456' })
    assert.deepEqual(
      one.previews.map(({ phone, text: each }: { phone: string; text: string }) => [phone, each]),
      [['+15550123456', 'Hi there']],
    )
    assert.match(
      (
        await api.post(422, '/bulk-send/preview', {
          ...base,
          message_content: '{{frist}}',
          phone: '15550123456',
        })
      ).detail,
      /\{\{frist\}\}/,
    )
    await api.post(400, '/bulk-send/preview', base)
    await api.post(404, '/bulk-send/preview', { ...base, custom_group_id: world.sessionId })
    assert.match(
      (await api.post(422, '/bulk-send/preview', { session_id: world.sessionId })).detail,
      /^message_content/,
    )
    assert.match(
      (await api.post(422, '/bulk-send/preview', { ...base, message: 'other' })).detail,
      /^message/,
    )
    await (await app.tenant()).api.post(404, '/bulk-send/preview', { ...base, phone: '15550123456' })
  })
})
