import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { ReviewsWorld } from '../../../../test/reviews-world.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

/** A tenant with three reviews, the first approved, the second hidden. */
async function threeReviews() {
  const world = await ReviewsWorld.open(app)
  const collector = await world.collector()
  for (const text of [
    'Great work, thank you',
    'Perfect, we love it, best shop',
    'Vielen Dank, alles super lecker',
  ])
    await world.tell(text)
  const [newest, middle, oldest] = await world.reviews()
  await world.api.patch(200, `/reviews/${oldest.id}`, { is_approved: true })
  await world.api.patch(200, `/reviews/${middle.id}`, { is_hidden: true })
  return { world, collector, ids: { oldest: oldest.id, middle: middle.id, newest: newest.id } }
}

suite('reviews', () => {
  test('are listed newest first, without hidden ones; both dialects filter, and is_* wins', async () => {
    const { world, collector, ids } = await threeReviews()
    const { oldest, middle, newest } = ids
    const listed = async (query: string) => (await world.reviews(query)).map(({ id }: { id: string }) => id)
    const all = [newest, middle, oldest]
    const cases: [query: string, ids: string[]][] = [
      ['', [newest, oldest]],
      ['?include_hidden=True', all],
      ['?include_hidden=false', [newest, oldest]],
      ['?is_hidden=true', [middle]],
      ['?is_hidden=false&include_hidden=true', [newest, oldest]],
      ['?is_approved=True', [oldest]],
      ['?is_approved=0', [newest]],
      ['?approved_only=true', [oldest]],
      ['?approved_only=False', [newest, oldest]],
      ['?is_approved=false&approved_only=true', [newest]],
      ['?min_score=0.99', []],
      [`?collector_id=${collector.id}`, [newest, oldest]],
      ['?collector_id=019c4c2e-6a00-7000-8000-00000000ffff', []],
      ['?include_hidden=true&limit=1&offset=1', [middle]],
      ['?is_approved=', [newest, oldest]],
    ]
    for (const [query, wanted] of cases) assert.deepEqual(await listed(query), wanted, query)
    const page = await world.api.get(200, '/reviews?limit=1&offset=7')
    assert.deepEqual(page, { reviews: [], total: 2, limit: 1, offset: 7 })
  })

  test('a filter by score takes what has exactly it', async () => {
    const { world } = await threeReviews()
    for (const review of await world.reviews())
      assert.ok((await world.reviews(`?min_score=${review.sentiment_score}`)).length > 0)
  })

  test('are counted by approval, label and language; hidden ones as hidden alone', async () => {
    const { world, collector } = await threeReviews()
    const stats = await world.api.get(200, '/reviews/stats')
    assert.partialDeepStrictEqual(stats, {
      total: 3,
      approved: 1,
      pending: 1,
      hidden: 1,
      by_label: { positive: 3, neutral: 0, negative: 0 },
      by_language: { de: 1, en: 2 },
    })
    assert.ok(stats.avg_score > 0.6 && stats.avg_score < 1)
    const { stats: own } = await world.api.get(200, `/reviews/collectors/${collector.id}`)
    assert.deepEqual(own, stats)
    const other = await world.collector()
    assert.deepEqual(await world.api.get(200, `/reviews/stats?collector_id=${other.id}`), {
      total: 0,
      approved: 0,
      pending: 0,
      hidden: 0,
      avg_score: 0,
      by_label: { positive: 0, neutral: 0, negative: 0 },
      by_language: {},
    })
  })

  test('what is given of a review changes, what is not stays', async () => {
    const { world, ids } = await threeReviews()
    const change = (body: object) => world.api.patch(200, `/reviews/${ids.newest}`, body)
    assert.partialDeepStrictEqual(await change({ notes: 'ask her' }), {
      notes: 'ask her',
      is_approved: false,
    })
    assert.partialDeepStrictEqual(await change({ is_approved: true }), {
      notes: 'ask her',
      is_approved: true,
    })
    assert.partialDeepStrictEqual(await change({ notes: null }), { notes: null, is_approved: true })
    assert.partialDeepStrictEqual(await change({}), { is_approved: true, is_hidden: false })
  })

  test('nobody sees, changes or deletes those of another tenant', async () => {
    const { collector, ids } = await threeReviews()
    const stranger = await ReviewsWorld.open(app)
    const { api } = stranger
    await api.get(404, `/reviews/${ids.oldest}`)
    await api.patch(404, `/reviews/${ids.oldest}`, { is_hidden: true })
    await api.delete(404, `/reviews/${ids.oldest}`)
    await api.post(404, `/reviews/collectors/${collector.id}/run`)
    await api.post(404, '/reviews/widgets', { name: 'Theirs', collector_id: collector.id })
    assert.equal((await api.get(200, `/reviews?collector_id=${collector.id}`)).total, 0)
    assert.equal((await api.get(200, `/reviews/stats?collector_id=${collector.id}`)).total, 0)
    const exported = await api.get(200, `/reviews/testimonials/export?collector_id=${collector.id}`)
    assert.equal(exported.total, 0)
  })
})

suite('collectors', () => {
  test('have the defaults of the contract, take keywords by their alias, and answer what was stored', async () => {
    const world = await ReviewsWorld.open(app)
    const made = await world.api.post(201, '/reviews/collectors', {
      session_id: world.sessionId,
      name: ' Praise ',
      keywords: ['cake'],
    })
    assert.partialDeepStrictEqual(made, {
      name: 'Praise',
      description: null,
      session_id: world.sessionId,
      source_type: 'all',
      min_sentiment_score: 0.6,
      min_positive_words: 3,
      include_keywords: ['cake'],
      exclude_keywords: [],
      languages: [],
      selected_chat_ids: [],
      auto_approve_min_score: null,
      is_active: true,
      review_count: 0,
      last_run_at: null,
    })
    const { stats, ...same } = await world.api.get(200, `/reviews/collectors/${made.id}`)
    assert.deepEqual(same, made)
    assert.equal(stats.total, 0)
    const changed = await world.api.patch(200, `/reviews/collectors/${made.id}`, {
      auto_approve_min_score: 0.9,
      languages: ['EN', 'de'],
    })
    assert.partialDeepStrictEqual(changed, {
      auto_approve_min_score: 0.9,
      languages: ['en', 'de'],
      include_keywords: ['cake'],
    })
  })

  test('inactive ones are listed when asked for, as published clients ask', async () => {
    const world = await ReviewsWorld.open(app)
    await world.collector({ name: 'One' })
    await world.collector({ name: 'Two', is_active: false })
    const names = async (query = '') => {
      const { collectors, total } = await world.api.get(200, `/reviews/collectors${query}`)
      assert.equal(total, collectors.length)
      return collectors.map(({ name }: { name: string }) => name)
    }
    assert.deepEqual(await names(), ['One'])
    assert.deepEqual(await names('?include_inactive=False'), ['One'])
    assert.deepEqual(await names('?include_inactive=True'), ['One', 'Two'])
  })

  test('selected needs chats, also when a change makes it so', async () => {
    const world = await ReviewsWorld.open(app)
    const { id } = await world.collector()
    const answer = await world.api.patch(422, `/reviews/collectors/${id}`, { source_type: 'selected' })
    assert.match(answer.detail, /^selected_chat_ids/)
    const chats = { source_type: 'selected', selected_chat_ids: ['+1 555 0123456'] }
    const changed = await world.api.patch(200, `/reviews/collectors/${id}`, chats)
    assert.deepEqual(changed.selected_chat_ids, ['15550123456@c.us'])
    await world.api.patch(422, `/reviews/collectors/${id}`, { selected_chat_ids: [] })
  })
})

suite('without the plan', () => {
  test('what there is can be read and deleted; nothing new is made, run, decided or exported', async () => {
    const world = await ReviewsWorld.open(app, 'starter')
    const { api } = world
    const nobody = '019c4c2e-6a00-7000-8000-00000000ffff'
    assert.deepEqual(await api.get(200, '/reviews/collectors'), { collectors: [], total: 0 })
    assert.equal((await api.get(200, '/reviews')).total, 0)
    assert.equal((await api.get(200, '/reviews/stats')).total, 0)
    for (const path of [`/reviews/${nobody}`, `/reviews/collectors/${nobody}`]) {
      await api.get(404, path)
      await api.delete(404, path)
      assert.match((await api.patch(403, path, { notes: 'x', name: 'x' })).detail, /reviews/)
    }
    const body = { session_id: world.sessionId, name: 'Praise' }
    assert.match((await api.post(403, '/reviews/collectors', body)).detail, /does not include reviews/)
    await api.post(403, `/reviews/collectors/${nobody}/run`)
    await api.get(403, '/reviews/testimonials/export')
    await api.post(403, '/reviews/widgets', { name: 'x' })
  })
})
