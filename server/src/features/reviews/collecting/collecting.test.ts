import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createWebhook } from '../../../../test/builders.ts'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { ReviewsWorld } from '../../../../test/reviews-world.ts'
import { openWebhookReceiver } from '../../../../test/webhook-receiver.ts'
import { messageDeleted, messageEdited } from '../../conversations/messages/message-events.schema.ts'
import { expireReviewsJob } from '../reviews/reviews.schema.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

const praise = 'Thank you so much, the cake was delicious and everybody loved it!'
const lines: Record<string, string> = {
  en: praise,
  es: '¡Muchísimas gracias! La comida estuvo riquísima y el trato excelente.',
  de: 'Vielen Dank, die Torte war super lecker und alle waren begeistert!',
  ja: 'ケーキとても美味しかったです！みんな大喜びでした。ありがとうございます',
  he: 'תודה רבה, העוגה הייתה טעימה וכולם התלהבו!',
}

suite('live collection', () => {
  test('takes what sounds well, in any language, and nothing else; each message once', async () => {
    const world = await ReviewsWorld.open(app)
    const collector = await world.collector()
    await world.tell(
      ...Object.values(lines),
      'When do you open?',
      'The pizza was cold and the driver was rude.',
    )
    assert.deepEqual(await world.texts(), Object.values(lines).sort())
    const [review] = await world.reviews()
    assert.partialDeepStrictEqual(review, {
      collector_id: collector.id,
      contact_name: 'Ada Brook',
      sentiment_label: 'positive',
      sentiment_source: 'lexicon',
      is_approved: false,
      is_hidden: false,
      notes: null,
    })
    assert.match(review.contact_phone, /^1555\d+@c\.us$/)
    assert.ok(review.sentiment_score >= 0.6 && review.sentiment_confidence <= 0.5)
    const languages = (await world.api.get(200, '/reviews/stats')).by_language
    assert.deepEqual(languages, { de: 1, en: 1, es: 1, he: 1, ja: 1 })
  })

  test('each condition of a collector alone keeps a message out', async () => {
    const world = await ReviewsWorld.open(app)
    const group = '120363000000000077@g.us'
    const { id } = await world.collector({ min_positive_words: 3 })
    const change = (body: object) => world.api.patch(200, `/reviews/collectors/${id}`, body)
    const said = (text: string) => world.tell({ text }, { text, group })
    await said('Perfect!')
    assert.deepEqual(await world.texts(), [])
    await change({ min_positive_words: 1, include_keywords: ['sofa'] })
    await said('Perfect, thank you! First')
    await change({ include_keywords: ['delivery'], exclude_keywords: ['refund'] })
    await said('Great delivery, but about the refund')
    await change({ exclude_keywords: [], languages: ['de'] })
    await said('Great delivery, perfect service, we love it')
    await change({ languages: [], min_sentiment_score: 0.99 })
    await said('Great delivery, perfect')
    await change({
      min_sentiment_score: 0.6,
      source_type: 'selected',
      selected_chat_ids: ['15550000001@c.us'],
    })
    await said('Great delivery, thanks')
    assert.deepEqual(await world.texts(), [])
    await change({ source_type: 'groups' })
    await said('Great delivery, in the group')
    await change({ source_type: 'chats' })
    await said('Great delivery, directly')
    await change({ source_type: 'selected', selected_chat_ids: [group] })
    await said('Great delivery, selected')
    assert.deepEqual(await world.texts(), [
      'Great delivery, directly',
      'Great delivery, in the group',
      'Great delivery, selected',
    ])
  })

  test('an inactive collector, a plan without reviews and own accounts give none', async () => {
    const world = await ReviewsWorld.open(app)
    const { id } = await world.collector({ is_active: false })
    await world.tell(praise)
    assert.deepEqual(await world.texts(), [])
    await world.api.patch(200, `/reviews/collectors/${id}`, { is_active: true })
    await world.say({ text: praise })
    await app.app.ctx.db.transaction((sql) =>
      sql.execute(`UPDATE tenants SET plan_id = 'free' WHERE id = '${world.tenant.id}'`),
    )
    app.clock.jump(61_000)
    await app.runJobs()
    assert.deepEqual(await world.texts(), [])
  })

  test('tells about each review once, to webhooks too', async () => {
    const world = await ReviewsWorld.open(app)
    await using receiver = await openWebhookReceiver()
    await createWebhook(world.api, { url: receiver.url, events: ['review.collected'] })
    const { id } = await world.collector()
    await world.tell(praise)
    const [delivery, ...more] = receiver.received
    assert.deepEqual(more, [])
    const { event, data } = delivery?.body ?? {}
    assert.equal(event, 'review.collected')
    assert.partialDeepStrictEqual(data, {
      collector_id: id,
      contact_name: 'Ada Brook',
      sentiment_label: 'positive',
    })
    assert.equal(data.review_id, (await world.reviews())[0].id)
  })

  test('two collectors take the same message each, and one deletes for itself', async () => {
    const world = await ReviewsWorld.open(app)
    const [one, two] = [await world.collector(), await world.collector()]
    await world.tell(praise)
    assert.equal((await world.reviews()).length, 2)
    const answer = await world.api.delete(200, `/reviews/collectors/${one.id}`)
    assert.deepEqual(answer, { status: 'deleted', id: one.id, reviews_deleted: 1 })
    assert.equal((await world.reviews(`?collector_id=${two.id}`)).length, 1)
  })
})

suite('runs over stored conversations', () => {
  const runOf = async (world: ReviewsWorld, id: string) => {
    const answer = await world.api.post(200, `/reviews/collectors/${id}/run`)
    assert.partialDeepStrictEqual(answer, { collector_id: id, status: 'queued' })
    assert.ok(answer.task_id)
    return answer
  }

  test('find what was said before the collector was there, in every chat, in steps; a second run adds nothing', async () => {
    const world = await ReviewsWorld.open(app)
    const group = '120363000000000078@g.us'
    for (let n = 0; n < 130; n += 1)
      await world.say({ text: `Thank you, ${n} times perfect`, phone: '15551239999' })
    await world.say({ text: 'Great work in the group', group })
    await world.say({ text: 'From the history: excellent', isHistory: true })
    await world.tell('Nothing here')
    const { id } = await world.collector()
    await runOf(world, id)
    assert.equal((await world.api.get(200, `/reviews/collectors/${id}`)).is_running, true)
    await app.runJobs()
    const collector = await world.api.get(200, `/reviews/collectors/${id}`)
    assert.equal(collector.review_count, 132)
    assert.equal(collector.stats.total, 132)
    assert.equal(collector.is_running, false)
    assert.ok(collector.last_run_at)
    await runOf(world, id)
    await app.runJobs()
    assert.equal((await world.api.get(200, '/reviews?limit=1')).total, 132)
  })

  test('one at a time, and only of active collectors', async () => {
    const world = await ReviewsWorld.open(app)
    const { id } = await world.collector()
    await runOf(world, id)
    assert.match((await world.api.post(400, `/reviews/collectors/${id}/run`)).detail, /running already/)
    await app.runJobs()
    await world.api.patch(200, `/reviews/collectors/${id}`, { is_active: false })
    assert.match((await world.api.post(400, `/reviews/collectors/${id}/run`)).detail, /inactive/)
  })

  test('a run that nobody moves any more makes way after an hour', async () => {
    const world = await ReviewsWorld.open(app)
    const { id } = await world.collector()
    const api = await world.tenant.apiWith(['reviews:manage'])
    await api.post(200, `/reviews/collectors/${id}/run`)
    app.clock.jump(3_600_001)
    await api.post(200, `/reviews/collectors/${id}/run`)
    await app.runJobs()
    assert.equal((await api.get(200, `/reviews/collectors/${id}`)).is_running, false)
  })

  test('a collector deleted while its run waits leaves nothing', async () => {
    const world = await ReviewsWorld.open(app)
    await world.tell(praise)
    const { id } = await world.collector()
    await runOf(world, id)
    await world.api.delete(200, `/reviews/collectors/${id}`)
    await app.runJobs()
    assert.deepEqual(await world.texts(), [])
  })

  test('deleted stays deleted, whoever runs again', async () => {
    const world = await ReviewsWorld.open(app)
    const { id } = await world.collector()
    await world.tell(praise, 'Perfect work, thank you')
    const [review] = await world.reviews()
    await world.api.delete(200, `/reviews/${review.id}`)
    await world.api.get(404, `/reviews/${review.id}`)
    await runOf(world, id)
    await app.runJobs()
    assert.equal((await world.reviews()).length, 1)
  })

  test('a session that is deleted ends its runs and collecting, and leaves the reviews', async () => {
    const world = await ReviewsWorld.open(app)
    const { id } = await world.collector()
    await world.tell(praise)
    await runOf(world, id)
    await world.api.delete(200, `/sessions/${world.sessionId}`)
    await app.runJobs()
    assert.partialDeepStrictEqual(await world.api.get(200, `/reviews/collectors/${id}`), {
      is_active: false,
      is_running: false,
    })
    assert.deepEqual(await world.texts(), [praise])
  })
})

suite('what becomes of the message', () => {
  async function changed(world: ReviewsWorld, messageId: string, text: string) {
    const { api, ctx, tenant } = world
    const row = await api.get(200, `/messages/${messageId}`)
    return {
      ctx,
      payload: {
        tenantId: tenant.id,
        sessionId: world.sessionId,
        messageId,
        chatId: row.wa_chat_id,
        chatRecordId: row.chat_id,
        waMessageId: row.wa_message_id,
        messageType: 'text' as const,
        text,
        isGroup: false,
        direction: 'inbound' as const,
        at: '2026-02-11T10:05:00Z',
      },
    }
  }

  test('taken back, its review is gone and stays so', async () => {
    const world = await ReviewsWorld.open(app)
    const { id } = await world.collector()
    const [messageId = ''] = await world.tell(praise)
    const { ctx, payload } = await changed(world, messageId, '')
    await ctx.db.transaction((sql) => ctx.events.publish(sql, messageDeleted, payload))
    assert.deepEqual(await world.texts(), [])
    await world.api.post(200, `/reviews/collectors/${id}/run`)
    await app.runJobs()
    assert.deepEqual(await world.texts(), [])
  })

  test('said otherwise, its review says so, sounds so, and is approved no longer', async () => {
    const world = await ReviewsWorld.open(app)
    await world.collector()
    const [messageId = ''] = await world.tell(praise)
    const [review] = await world.reviews()
    await world.api.patch(200, `/reviews/${review.id}`, { is_approved: true })
    const { ctx, payload } = await changed(world, messageId, 'Never again, it was terrible')
    await ctx.db.transaction((sql) => ctx.events.publish(sql, messageEdited, { ...payload, mentions: [] }))
    assert.partialDeepStrictEqual((await world.reviews())[0], {
      id: review.id,
      message_text: 'Never again, it was terrible',
      sentiment_label: 'negative',
      is_approved: false,
    })
  })

  test('what nobody approves goes when the text of its message does; what is approved stays', async () => {
    const world = await ReviewsWorld.open(app)
    await world.collector()
    await world.tell(praise, 'Perfect work, thank you')
    const [kept] = await world.reviews()
    await world.api.patch(200, `/reviews/${kept.id}`, { is_approved: true })
    const api = await world.tenant.apiWith(['reviews:read'])
    const expire = async (days: number) => {
      app.clock.jump(days * 86_400_000)
      await app.app.ctx.jobs.add(app.app.ctx.db.sql, expireReviewsJob, {})
      await app.runJobs()
      return (await api.get(200, '/reviews')).reviews
    }
    assert.equal((await expire(89)).length, 2)
    assert.deepEqual(
      (await expire(3)).map(({ id }: { id: string }) => id),
      [kept.id],
    )
  })
})
