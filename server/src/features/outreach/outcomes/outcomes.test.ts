import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { CampaignWorld } from '../../../../test/campaign-world.ts'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import { noteSteps } from './outcomes.service.ts'

const hourMs = 3_600_000
const minuteMs = 60_000

let app: TestApp
let world: CampaignWorld
/** Another session of the same tenant. */
let other: CampaignWorld

before(async () => {
  app = await createTestApp()
  world = await CampaignWorld.create(app)
  other = await CampaignWorld.create(app, world.tenant)
})
after(() => app.close())

const hoursAgo = (hours: number) => new Date(app.clock.nowMs() - hours * hourMs)

const funnel = async (jobId: string) => {
  const { kept, counted } = await world.funnel(jobId)
  assert.deepEqual(kept, counted)
  return kept
}

suite('receipts', () => {
  test('move recipients on and never back, each step counted once, whatever order they come in', async () => {
    const people = [world.person(), world.person(), world.person()] as const
    const [ann, ben, eve] = people
    const job = await world.job(people)
    const sent = [await world.send(job, ann), await world.send(job, ben), await world.send(job, eve)] as const
    assert.equal(await world.status(job, ann), 'sent')
    await world.progress([sent[0]], 'delivered')
    await world.progress([sent[0], sent[1]], 'read')
    await world.progress([sent[0], sent[1]], 'delivered')
    await world.progress([sent[1]], 'read')
    assert.deepEqual(
      [await world.status(job, ann), await world.status(job, ben), await world.status(job, eve)],
      ['read', 'read', 'sent'],
    )
    assert.deepEqual(await funnel(job), {
      delivered: 2,
      read: 2,
      replied: 0,
      read_unknown: 0,
      ignored: 0,
      opted_out: 0,
    })
  })

  test('that are hidden leave a recipient delivered for ever, counted in read_unknown, never ignored', async () => {
    const ann = world.person()
    const job = await world.job([ann])
    await world.progressAt(hoursAgo(1000), [await world.send(job, ann)], 'delivered')
    app.clock.advance(2 * minuteMs)
    await app.runJobs()
    assert.equal(await world.status(job, ann), 'delivered')
    assert.partialDeepStrictEqual(await funnel(job), { delivered: 1, read: 0, read_unknown: 1, ignored: 0 })
    await world.hear(ann)
    assert.partialDeepStrictEqual(await funnel(job), { replied: 0, read_unknown: 1 })
  })
})

suite('answers', () => {
  test('prove delivery and reading, and count once however many they are', async () => {
    const ann = world.person()
    const job = await world.job([ann])
    const sent = await world.send(job, ann)
    await world.hearAll([world.message(ann), world.message(ann), world.message(ann)])
    await world.hear(ann)
    await world.progress([sent], 'delivered', 'read')
    assert.equal(await world.status(job, ann), 'replied')
    assert.deepEqual(await funnel(job), {
      delivered: 1,
      read: 1,
      replied: 1,
      read_unknown: 0,
      ignored: 0,
      opted_out: 0,
    })
  })

  test('that quote a campaign are its own, any other belongs to the latest one sent before it', async () => {
    const [ann, ben] = [world.person(), world.person()]
    const first = await world.job([ann, ben])
    const firstSent = await world.send(first, ann)
    await world.send(first, ben)
    app.clock.advance(hourMs)
    const second = await world.job([ann, ben])
    await world.send(second, ann)
    await world.send(second, ben)
    app.clock.advance(hourMs)
    await world.hear(ben)
    await world.hear(ann, { quotedWaMessageId: firstSent.waMessageId })
    assert.deepEqual([await world.status(first, ann), await world.status(second, ann)], ['replied', 'sent'])
    assert.deepEqual([await world.status(first, ben), await world.status(second, ben)], ['sent', 'replied'])
  })

  test('written while the session was offline belong to what had been sent by then', async () => {
    const ann = world.person()
    const first = await world.job([ann])
    await world.send(first, ann)
    app.clock.advance(hourMs)
    const written = app.clock.now()
    app.clock.advance(hourMs)
    const second = await world.job([ann])
    await world.send(second, ann)
    await world.hear(ann, { waTimestamp: written, isOffline: true })
    assert.deepEqual([await world.status(first, ann), await world.status(second, ann)], ['replied', 'sent'])
  })

  test('are neither reactions, nor messages in groups, nor what came before the campaign, nor other people', async () => {
    const [ann, ben] = [world.person(), world.person()]
    await world.hear(ann)
    app.clock.advance(hourMs)
    const job = await world.job([ann])
    const sent = await world.send(job, ann)
    const target = { waMessageId: sent.waMessageId, isFromMe: true, sender: null }
    await world.hear(ann, { content: { kind: 'reaction', target, emoji: '👍' } })
    await world.hear(ann, { chatId: '120363000000000009@g.us', isGroup: true })
    await world.hear(ben)
    assert.equal(await world.status(job, ann), 'sent')
    assert.partialDeepStrictEqual(await funnel(job), { replied: 0 })
  })

  test('to another session of the tenant are none', async () => {
    const ann = world.person()
    const job = await world.job([ann])
    await world.send(job, ann)
    await other.hear(ann)
    assert.equal(await world.status(job, ann), 'sent')
  })

  test('that come while the message is under way are counted when it has left', async () => {
    const [ann, ben] = [world.person(), world.person()]
    const old = await world.job([ann, ben])
    await world.send(old, ann)
    await world.send(old, ben)
    app.clock.advance(hourMs)
    const job = await world.job([ann, ben])
    const [left, stays] = [await world.claim(job, ann), await world.claim(job, ben)]
    await world.take(left)
    await world.ctx.db.pool.query(
      `UPDATE bulk_recipients SET status = 'pending', sent_at = NULL WHERE id = $1`,
      [left.recipientId],
    )
    await world.hear(ann)
    await world.hear(ben)
    assert.deepEqual([await world.status(old, ann), await world.status(job, ann)], ['sent', 'pending'])
    await app.runJobs()
    await world.ctx.db.pool.query(`UPDATE bulk_recipients SET status = 'sent', sent_at = $2 WHERE id = $1`, [
      left.recipientId,
      app.clock.now(),
    ])
    await world.ctx.db.pool.query(`UPDATE bulk_recipients SET status = 'failed' WHERE id = $1`, [
      stays.recipientId,
    ])
    app.clock.advance(2000)
    await app.runJobs()
    assert.deepEqual([await world.status(old, ann), await world.status(job, ann)], ['sent', 'replied'])
    assert.deepEqual([await world.status(old, ben), await world.status(job, ben)], ['replied', 'failed'])
  })

  test('that came while nobody could know that the message had left count, as its receipts tell', async () => {
    const ann = world.person()
    const job = await world.job([ann])
    const claimed = await world.claim(job, ann)
    const at = app.clock.now()
    app.clock.advance(10_000)
    await world.hear(ann, { waTimestamp: at, isOffline: true })
    await world.take(claimed)
    await world.progressAt(at, [claimed], 'delivered')
    app.clock.advance(2000)
    await app.runJobs()
    assert.equal(await world.status(job, ann), 'replied')
  })
})

suite('an opt-out', () => {
  test('by its word after a campaign is one, and no answer, neither then nor later', async () => {
    const [ann, ben] = [world.person(), world.person()]
    const job = await world.job([ann, ben])
    await world.send(job, ann)
    await world.send(job, ben)
    const stop = { content: { kind: 'text' as const, text: 'STOP', mentions: [] } }
    await world.hearAll([world.message(ann, stop), world.message(ann)])
    await world.hear(ben)
    await world.hear(ben, stop)
    assert.deepEqual([await world.status(job, ann), await world.status(job, ben)], ['opted_out', 'opted_out'])
    assert.deepEqual(await funnel(job), {
      delivered: 2,
      read: 2,
      replied: 1,
      read_unknown: 0,
      ignored: 0,
      opted_out: 2,
    })
  })

  test('that comes while the message is under way is no answer, whichever job looks at it first', async () => {
    const people = Array.from({ length: 4 }, () => world.person())
    const job = await world.job(people)
    const claimed = []
    for (const person of people) claimed.push(await world.claim(job, person))
    const stop = { content: { kind: 'text' as const, text: 'STOP', mentions: [] } }
    for (const person of people) await world.hear(person, stop)
    for (const message of claimed) await world.take(message)
    // An answer would be looked at first.
    await world.ctx.db.pool.query(
      `UPDATE pgboss.job SET priority = 1 WHERE name = 'outcomes.early_answer' AND data->>'kind' = 'reply'`,
    )
    app.clock.advance(2000)
    await app.runJobs()
    for (const person of people) assert.equal(await world.status(job, person), 'opted_out')
    assert.partialDeepStrictEqual(await funnel(job), { delivered: 4, read: 4, replied: 0, opted_out: 4 })
    const { rows } = await world.ctx.db.pool.query(
      'SELECT id FROM bulk_recipients WHERE job_id = $1 AND replied_at IS NOT NULL',
      [job],
    )
    assert.deepEqual(rows, [])
  })
})

suite('whoever read without answering', () => {
  test('has ignored the campaign 72 hours later, not before; also when nothing ran for a week', async () => {
    const [ann, ben, eve, old] = [world.person(), world.person(), world.person(), world.person()]
    const job = await world.job([ann, ben, eve, old])
    const [toAnn, toBen, toEve, toOld] = [
      await world.send(job, ann),
      await world.send(job, ben),
      await world.send(job, eve),
      await world.send(job, old),
    ]
    const nearly = new Date(hoursAgo(72).getTime() + 3 * minuteMs)
    await world.progressAt(nearly, [toAnn, toBen], 'read')
    await world.progressAt(new Date(nearly.getTime() + 5 * minuteMs), [toEve], 'read')
    await world.progressAt(hoursAgo(240), [toOld], 'read')
    app.clock.advance(2 * minuteMs)
    await app.runJobs()
    assert.deepEqual([await world.status(job, ann), await world.status(job, old)], ['read', 'ignored'])
    await world.hear(ben)
    app.clock.advance(2 * minuteMs)
    await app.runJobs()
    assert.deepEqual(
      [await world.status(job, ann), await world.status(job, ben), await world.status(job, eve)],
      ['ignored', 'replied', 'read'],
    )
    app.clock.advance(hourMs)
    await app.runJobs()
    assert.equal(await world.status(job, eve), 'ignored')
    assert.partialDeepStrictEqual(await funnel(job), { read: 4, replied: 1, ignored: 3 })
    // Too late for an answer that quotes nothing; who quotes the campaign answers it.
    await world.hear(ann)
    await world.hear(eve, { quotedWaMessageId: toEve.waMessageId })
    assert.deepEqual([await world.status(job, ann), await world.status(job, eve)], ['ignored', 'replied'])
    assert.partialDeepStrictEqual(await funnel(job), { read: 4, replied: 2, ignored: 2 })
  })
})

suite('the look at who has not answered', () => {
  test('is planned once for many who read in one minute', async () => {
    const people = [world.person(), world.person(), world.person()]
    const job = await world.job(people)
    app.clock.advance(10 * minuteMs)
    for (const each of people) await world.progress([await world.send(job, each)], 'read')
    const { rows } = await world.ctx.db.sql.execute(text`
      SELECT FROM pgboss.job WHERE name = 'outcomes.unanswered' AND state = 'created'
        AND start_after > ${new Date(app.clock.nowMs() + 72 * hourMs - minuteMs).toISOString()}::timestamptz`)
    assert.equal(rows.length, 1)
  })

  test('lets nobody wait: receipts of two tenants are stored at once', { skip: !isServerTest }, async () => {
    const stranger = await CampaignWorld.create(app)
    const [ann, ben] = [world.person(), stranger.person()]
    const sent = await world.send(await world.job([ann]), ann)
    const job = await stranger.job([ben])
    const other = await stranger.send(job, ben)
    app.clock.advance(10 * minuteMs)
    await world.ctx.db.sql.execute(text`
      UPDATE messages SET read_at = ${app.clock.now().toISOString()} WHERE id = ${sent.messageId}`)
    const [noted, stored] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const open = world.ctx.db.transaction(async (sql) => {
      await noteSteps(world.ctx, sql, world.tenant.id, [sent.messageId])
      noted.resolve()
      await stored.promise
    })
    await noted.promise
    await stranger.progress([other], 'read').finally(() => stored.resolve())
    await open
    assert.equal(await stranger.status(job, ben), 'read')
  })
})

suite('the counters of a job', () => {
  test('are what counting its recipients gives, whatever comes at once', async () => {
    const people = Array.from({ length: 24 }, () => world.person())
    const jobs = [await world.job(people), await world.job(people)]
    const sent = []
    for (const job of jobs) {
      app.clock.advance(1000)
      for (const each of people) sent.push(await world.send(job, each))
    }
    const late = [...sent.splice(44), ...sent.splice(20, 4)]
    await Promise.all([
      world.progress(sent, 'delivered'),
      world.progress(sent.toReversed(), 'read'),
      world.hearAll(people.slice(0, 12).map((each) => world.message(each))),
      world.hearAll(people.slice(8, 16).map((each) => world.message(each))),
      ...sent.map((each) => world.progress([each], 'delivered', 'read')),
    ])
    await world.progressAt(hoursAgo(100), late, 'read')
    app.clock.advance(2 * minuteMs)
    await app.runJobs()
    const [first, second] = [await funnel(jobs[0] ?? ''), await funnel(jobs[1] ?? '')]
    assert.partialDeepStrictEqual(first, { delivered: 24, read: 24, replied: 0, ignored: 4 })
    assert.partialDeepStrictEqual(second, { delivered: 24, read: 24, replied: 16, ignored: 4 })
  })
})
