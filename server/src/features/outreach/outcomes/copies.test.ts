import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { CampaignWorld, type Target } from '../../../../test/campaign-world.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
} from '../../../../test/linked-session.ts'
import { until } from '../../../../test/until.ts'

let app: LinkedApp
let world: CampaignWorld
let session: LinkedSession

before(async () => {
  app = await createLinkedApp()
  const tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
  world = await CampaignWorld.create(app, tenant, session.id)
})
after(() => app.close())

const person = (): Target => ({ phone: addContact(app), name: null })

/** A job that nobody runs any more, whose recipients stand like this. */
async function ended(people: readonly Target[], outcomes: readonly Record<string, string | null>[]) {
  const job = await world.job(people, { isPaused: true })
  for (const [index, { status = 'failed', error = null, skip_reason = null }] of outcomes.entries())
    await world.ctx.db.sql.execute(text`
      UPDATE bulk_recipients SET status = ${status}, error = ${error}, skip_reason = ${skip_reason}
      WHERE job_id = ${job} AND phone = ${people[index]?.phone}`)
  await world.ctx.db.sql.execute(text`UPDATE bulk_jobs SET status = 'completed' WHERE id = ${job}`)
  return job
}

const phonesOf = async (jobId: string): Promise<string[]> =>
  (await world.tenant.api.get(200, `/bulk-send/${jobId}/recipients?limit=1000`)).recipients.map(
    ({ phone }: { phone: string }) => phone.slice(1),
  )

const finished = (jobId: string) =>
  until('the job has ended', async () => {
    const job = await world.tenant.api.get(200, `/bulk-send/${jobId}`)
    return job.status === 'completed' ? job : undefined
  })

suite('sending again', () => {
  test('goes to those who failed and to nobody else, and never to whom it may have arrived', async () => {
    const people = Array.from({ length: 8 }, person)
    const job = await ended(people, [
      { status: 'failed', error: 'ack_400' },
      { status: 'failed', error: 'no_answer' },
      { status: 'failed', error: 'expired' },
      { status: 'sent' },
      { status: 'skipped', skip_reason: 'allow_list' },
      { status: 'opted_out' },
      { status: 'failed', error: 'message_refused' },
      { status: 'failed', error: 'ack_500' },
    ])
    // The last one's message left after all.
    const late = people[7] as Target
    const { messageId } = await world.claim(job, late)
    await world.ctx.db.sql.execute(
      text`UPDATE messages SET status = 'delivered', sent_at = now() WHERE id = ${messageId}`,
    )
    const again = await world.tenant.api.post(201, `/bulk-send/${job}/retry-failed`, {})
    assert.partialDeepStrictEqual(again, {
      retry_of: job,
      total_recipients: 2,
      quota_reserved: 2,
      source: 'api',
    })
    assert.deepEqual(await phonesOf(again.id), [people[0]?.phone, people[6]?.phone])
    const refusal = await world.tenant.api.post(400, `/bulk-send/${job}/retry-failed`, {})
    assert.equal(refusal.code, 'nobody_to_retry')
    assert.equal((await finished(again.id)).sent_count, 2)
    await world.tenant.api.post(400, `/bulk-send/${job}/retry-failed`, {})
    await world.tenant.api.post(400, `/bulk-send/${again.id}/retry-failed`, {})
    for (const { phone } of people)
      assert.ok(app.simulator.messages(phone).filter(({ text: each }) => each !== undefined).length <= 1)
  })

  test('happens once however many ask at the same moment, and again for those who fail again', async () => {
    const people = [person(), person()]
    const job = await ended(people, [{ error: 'ack_400' }, { error: 'ack_400' }])
    const replies = await Promise.all(
      Array.from({ length: 5 }, () =>
        world.tenant.api.call('POST', `/bulk-send/${job}/retry-failed`, { body: {} }),
      ),
    )
    const made = replies.filter(({ status }) => status === 201)
    assert.deepEqual([made.length, replies.filter(({ status }) => status === 400).length], [1, 4])
    const again = made[0]?.body.id
    await finished(again)
    await world.ctx.db.sql.execute(text`
      UPDATE bulk_recipients SET status = 'failed', error = 'ack_400', sent_at = NULL, message_id = NULL
      WHERE job_id = ${again} AND phone = ${people[0]?.phone}`)
    const third = await world.tenant.api.post(201, `/bulk-send/${again}/retry-failed`, {})
    assert.partialDeepStrictEqual(third, { retry_of: job, total_recipients: 1 })
    assert.deepEqual(await phonesOf(third.id), [people[0]?.phone])
    await finished(third.id)
  })

  test('leaves out an account that was reached under another number', async () => {
    const [one, other] = [person(), person()]
    const job = await ended([one, other], [{ error: 'ack_400' }, { status: 'read' }])
    await world.ctx.db.sql.execute(
      text`UPDATE bulk_recipients SET account = '15550009999' WHERE job_id = ${job}`,
    )
    await world.tenant.api.post(400, `/bulk-send/${job}/retry-failed`, {})
  })

  test('is refused for another tenant’s job, a plan without it, and a session that does not work', async () => {
    const job = await ended([person()], [{ error: 'ack_400' }])
    const other = await app.tenant()
    const idle = await CampaignWorld.create(app, other)
    const theirs = await idle.job([idle.person()])
    for (const path of ['retry-failed', 'clone', 'test']) {
      await other.api.post(404, `/bulk-send/${job}/${path}`, {})
      const free = await app.tenant({ plan: 'free' })
      assert.match((await free.api.post(403, `/bulk-send/${job}/${path}`, {})).detail, /bulk_send/)
    }
    assert.equal(
      (await other.api.post(400, `/bulk-send/${theirs}/retry-failed`, {})).code,
      'session_not_working',
    )
    assert.equal((await other.api.post(400, `/bulk-send/${theirs}/test`, {})).code, 'session_not_working')
    await other.api.post(400, `/bulk-send/${theirs}/clone`, { start: true })
    assert.equal((await other.api.post(201, `/bulk-send/${theirs}/clone`, {})).status, 'paused')
  })
})

suite('a clone', () => {
  test('has the same people and contents, and is paused so that it can be changed before it is resumed', async () => {
    const people = [person(), person()]
    const variants = ['A {{name|there}}', 'B {{name|there}}']
    const job = await world.job(people, { isPaused: true, name: 'First', messageContent: null, variants })
    const copy = await world.tenant.api.post(201, `/bulk-send/${job}/clone`, { name: 'Second' })
    assert.partialDeepStrictEqual(copy, {
      name: 'Second',
      status: 'paused',
      variants,
      total_recipients: 2,
      sent_count: 0,
    })
    assert.deepEqual(await phonesOf(copy.id), await phonesOf(job))
    await world.tenant.api.patch(200, `/bulk-send/${copy.id}`, {
      message_content: 'Changed for {{name|you}}',
    })
    await world.tenant.api.post(200, `/bulk-send/${copy.id}/resume`, {})
    await finished(copy.id)
    for (const { phone } of people)
      assert.deepEqual(
        app.simulator.messages(phone).flatMap(({ text: each }) => each ?? []),
        ['Changed for you'],
      )
    assert.match((await world.tenant.api.post(422, `/bulk-send/${job}/clone`, { name: '' })).detail, /^name/)
    assert.match(
      (await world.tenant.api.post(422, `/bulk-send/${job}/clone`, { start: 'yes' })).detail,
      /^start/,
    )
  })
})

suite('a test', () => {
  test('goes to the own chat alone, with the text that somebody would get', async () => {
    const ann = { ...person(), name: 'Ann' }
    const job = await world.job([ann], { isPaused: true, messageContent: 'Hello {{name|there}}' })
    const sent = await world.tenant.api.post(201, `/bulk-send/${job}/test`, {})
    assert.partialDeepStrictEqual(sent, {
      preview: { text: 'Hello Ann', phone: `+${ann.phone}` },
      message: { status: 'sent', wa_chat_id: `${session.phone}@c.us` },
    })
    const content = { session_id: session.id, message_content: 'Hi {{name|there}}' }
    const own = await world.tenant.api.post(201, '/bulk-send/test', content)
    assert.partialDeepStrictEqual(own.preview, { text: 'Hi there', phone: `+${session.phone}` })
    assert.deepEqual(
      app.simulator.messages(ann.phone).flatMap(({ text: each }) => each ?? []),
      [],
    )
    assert.equal(await world.status(job, ann), 'pending')
    const empty = { ...content, message_content: '{{name}}', phone: ann.phone }
    assert.equal((await world.tenant.api.post(400, '/bulk-send/test', empty)).code, 'nothing_to_test')
    const inside = { ...content, media_url: 'http://169.254.169.254/x.png' }
    await world.tenant.api.post(400, '/bulk-send/test', inside)
  })
})
