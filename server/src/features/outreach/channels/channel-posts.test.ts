import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eq } from 'drizzle-orm'
import type { TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { type MediaHost, openMediaHost } from '../../../../test/media-host.ts'
import { type MediaSamples, makeMediaSamples } from '../../../../test/media-samples.ts'
import { startSecondProcess } from '../../../../test/second-process.ts'
import { until } from '../../../../test/until.ts'
import { openWebhookReceiver } from '../../../../test/webhook-receiver.ts'
import type { Context } from '../../../context.ts'
import type { LimitOverrides } from '../../account/plans/plans.tables.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { tenants } from '../../account/tenants/tenants.tables.ts'
import { monthOf } from '../../account/usage/usage.schema.ts'
import { countPosts } from '../../account/usage/usage.service.ts'
import { publishPost, type ScheduledPost } from './channels.service.ts'

interface Made {
  id: string
  wa_channel_id: string
}

let app: LinkedApp
let host: MediaHost
let samples: MediaSamples
let tenant: TestTenant
let session: LinkedSession
let channel: Made

before(async () => {
  app = await createLinkedApp()
  samples = await makeMediaSamples()
  const { jpeg, mp4, pdf } = samples
  host = await openMediaHost({ 'a.jpg': jpeg, 'a.mp4': mp4, 'a.pdf': pdf })
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
  channel = await makeChannel()
})
after(async () => {
  await app.close()
  await host[Symbol.asyncDispose]()
})

const makeChannel = (): Promise<Made> =>
  tenant.api.post(201, '/channels', { session_id: session.id, name: 'News' })
const post = (status: number, body: object, headers: Record<string, string> = {}, { id } = channel) =>
  tenant.api.post(status, `/channels/${id}/broadcast`, body, headers)
const postsOf = async (query = '', { id } = channel) =>
  (await tenant.api.get(200, `/channels/${id}/posts${query}`)).posts
const published = ({ wa_channel_id: id } = channel) => app.simulator.channels.posts(id)
const usedPosts = () => countPosts(app.app.ctx.db.sql, tenant.id, monthOf(app.clock.nowMs()))
const refuseOnce = (code: number) =>
  app.simulator.fault({ kind: 'ack_error', phone: session.phone, code, count: 1 })

async function setLimits(limitOverrides: LimitOverrides): Promise<void> {
  const { ctx } = app.app
  await ctx.db.transaction(async (sql) => {
    await sql.update(tenants).set({ limitOverrides }).where(eq(tenants.id, tenant.id))
    await publishChange(ctx, sql, [`tenant:${tenant.id}`])
  })
}

suite('posts to a channel', () => {
  test('201 after WhatsApp took it, recorded as sent, seen by who follows; `message` is another name', async () => {
    const reader = await addWarmContact(app, session)
    app.simulator.channels.follow(reader, channel.wa_channel_id)
    const answer = await post(201, { text: 'We open at nine' })
    assert.partialDeepStrictEqual(answer, {
      channel_id: channel.id,
      text: 'We open at nine',
      media_type: null,
      media_url: null,
      status: 'sent',
      error: null,
      source: 'broadcast',
      schedule_id: null,
    })
    assert.ok(answer.sent_at >= answer.created_at)
    const seen = await app.simulator.nextMessage(reader, ({ id }) => id === answer.wa_message_id)
    assert.deepEqual([seen.chat, seen.text], [channel.wa_channel_id, 'We open at nine'])
    assert.deepEqual((await postsOf())[0], answer)
    const second = await post(201, { message: 'By another name' })
    assert.equal(second.text, 'By another name')
    assert.equal(published().length, 2)
  })

  test('an image and a video from an address arrive whole, with the text below', async () => {
    const image = await post(201, { media_url: host.url('a.jpg'), media_type: 'image', text: 'Our new sign' })
    assert.deepEqual(
      [image.status, image.media_type, image.media_url, image.text],
      ['sent', 'image', host.url('a.jpg'), 'Our new sign'],
    )
    const at = (id: string) => app.simulator.channels.mediaOf(channel.wa_channel_id, id)
    assert.ok(at(image.wa_message_id).equals(samples.jpeg))
    assert.equal(published().at(-1)?.text, 'Our new sign')
    const video = await post(201, { media_url: host.url('a.mp4'), media_type: 'video' })
    assert.deepEqual([video.text, published().at(-1)?.kind], [null, 'video'])
    assert.ok(at(video.wa_message_id).equals(samples.mp4))
  })

  test('400 for addresses that are private, missing or of another type; nothing is recorded or counted', async () => {
    const [before, used] = [published().length, await usedPosts()]
    const media = (name: string, type: string) => ({ media_url: host.url(name), media_type: type })
    const refused: [object, RegExp][] = [
      [{ media_url: 'https://169.254.169.254/latest', media_type: 'image' }, /media_url/],
      [{ media_url: 'https://[::1]/x.png', media_type: 'image' }, /media_url/],
      [media('none.jpg', 'image'), /404/],
      [media('a.pdf', 'image'), /application\/pdf/],
      [media('a.jpg', 'video'), /image\/jpeg/],
    ]
    for (const [body, says] of refused) assert.match((await post(400, body)).detail, says)
    assert.deepEqual([published().length, await usedPosts()], [before, used])
  })

  test('422 naming the field', async () => {
    const url = host.url('a.jpg')
    const refused: [object, RegExp][] = [
      [{}, /^text/],
      [{ text: '' }, /^text/],
      [{ text: ' \n\u200b' }, /^text/],
      [{ text: 'x'.repeat(4097) }, /^text/],
      [{ text: 7 }, /^text/],
      [{ text: 'a', message: 'b' }, /^message/],
      [{ media_url: url }, /^media_type/],
      [{ media_url: url, media_type: 'audio' }, /^media_type/],
      [{ media_url: 'file:///etc/passwd', media_type: 'image' }, /^media_url/],
      [{ media_url: 'sign.png', media_type: 'image' }, /^media_url/],
      [{ text: 'a', media_type: 'image' }, /^media_url/],
    ]
    for (const [body, says] of refused) assert.match((await post(422, body)).detail, says)
    assert.match((await tenant.api.get(422, `/channels/${channel.id}/posts?status=lost`)).detail, /^status/)
    await tenant.api.get(422, `/channels/${channel.id}/posts?limit=101`)
  })

  test('the content policy refuses a secret with 403, in captions too', async () => {
    const secret = 'My card is 4111 1111 1111 1111'
    const before = published().length
    await post(403, { text: secret })
    await post(403, { text: secret, media_url: host.url('a.jpg'), media_type: 'image' })
    assert.equal(published().length, before)
  })

  test('what WhatsApp refuses is recorded as failed with its code, and gives its place in the month back', async () => {
    const used = await usedPosts()
    refuseOnce(403)
    const refused = await post(403, { text: 'Not for me' })
    assert.match(refused.detail, /write in this chat/)
    const [failed] = await postsOf('?status=failed')
    assert.deepEqual(
      [failed.text, failed.status, failed.error, failed.sent_at],
      ['Not for me', 'failed', 'ack_403', null],
    )
    assert.equal(await usedPosts(), used)
    // waha #1523: the server's 479 for a picture was answered with 201, and nobody ever saw the post.
    refuseOnce(479)
    await post(500, { media_url: host.url('a.jpg'), media_type: 'image' })
    assert.equal((await postsOf())[0].error, 'ack_479')
  })

  test('counts posts and no messages, whichever door it comes through', async () => {
    const current = () => tenant.api.get(200, '/usage/current')
    const [before, used] = [await current(), await usedPosts()]
    await post(201, { text: 'One' })
    const direct = { session_id: session.id, chat_id: channel.wa_channel_id, message: 'Two' }
    await tenant.api.post(201, '/messages/send', direct)
    assert.equal(await usedPosts(), used + 2)
    const now = await current()
    assert.equal(now.messages_sent, before.messages_sent)
    assert.equal(now.usage.channel_posts_this_month, used + 2)
    assert.equal((await tenant.api.get(200, `/channels/${channel.id}`)).posts_this_month, used + 2)
  })

  test('of twelve at once with five posts left of the month five go, and a failure makes room for one', async () => {
    const used = await usedPosts()
    await setLimits({ max_channel_posts_per_month: used + 5 })
    const before = published().length
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        tenant.api.call('POST', `/channels/${channel.id}/broadcast`, { body: { text: `Race ${n}` } }),
      ),
    )
    const refused = replies.filter(({ status }) => status === 403)
    assert.deepEqual([replies.length - refused.length, refused.length], [5, 7])
    for (const { body } of refused) assert.match(body.detail, /max_channel_posts_per_month/)
    assert.equal(published().length, before + 5)
    const direct = { session_id: session.id, chat_id: channel.wa_channel_id, message: 'By the other door' }
    assert.match((await tenant.api.post(403, '/messages/send', direct)).detail, /max_channel_posts_per_month/)
    const asked = host.asked.get('a.jpg')
    await post(403, { media_url: host.url('a.jpg'), media_type: 'image' })
    assert.equal(host.asked.get('a.jpg'), asked)
    await setLimits({ max_channel_posts_per_month: used + 6 })
    refuseOnce(403)
    await post(403, { text: 'Refused by WhatsApp' })
    await post(201, { text: 'The last one' })
    await post(403, { text: 'One too many' })
    await setLimits({})
  })

  test('the same Idempotency-Key and body publish once, at once too; another body is 422', async () => {
    const before = published().length
    const key = { 'idempotency-key': 'post-1' }
    const body = { text: 'Once' }
    const answers = await Promise.all([post(201, body, key), post(201, body, key), post(201, body, key)])
    assert.equal(new Set(answers.map(({ id }) => id)).size, 1)
    assert.deepEqual(await post(201, body, key), answers[0])
    assert.match((await post(422, { text: 'Twice' }, key)).detail, /^Idempotency-Key/)
    assert.equal(published().length, before + 1)
    const used = await usedPosts()
    await setLimits({ max_channel_posts_per_month: used })
    assert.deepEqual(await post(201, body, key), answers[0])
    await setLimits({})
  })

  test('Prefer: respond-async answers 202 pending, and channel.post.published follows, once', async () => {
    await using endpoint = await openWebhookReceiver()
    const events = ['channel.post.published']
    const hook = await tenant.api.post(201, '/webhooks', { url: endpoint.url, events })
    const told = nextEvent(app, 'channel.post.published')
    const answer = await post(202, { text: 'Later' }, { prefer: 'respond-async' })
    // It may be out before the answer is: then the answer says so.
    assert.ok(['pending', 'sent'].includes(answer.status), answer.status)
    await told
    await app.runJobs()
    assert.deepEqual(
      endpoint.received.map(({ body }) => body.data),
      [
        {
          post_id: answer.id,
          channel_id: channel.id,
          wa_channel_id: channel.wa_channel_id,
          status: 'sent',
          source: 'broadcast',
          schedule_id: null,
          session_id: session.id,
          wa_message_id: answer.wa_message_id,
        },
      ],
    )
    await tenant.api.delete(200, `/webhooks/${hook.id}`)
    assert.equal((await postsOf())[0].status, 'sent')
  })

  test('a post whose answer was lost is asked for before it is sent again: followers see it once', async () => {
    const own = await makeChannel()
    app.simulator.fault({ kind: 'slow', phone: session.phone, delayMs: 60_000 })
    const accepted = await post(202, { text: 'Only once' }, { prefer: 'respond-async' }, own)
    await app.simulator.nextMessage(session.phone, ({ id }) => id === accepted.wa_message_id)
    assert.deepEqual((await postsOf('?status=pending', own)).length, 1)
    const told = nextEvent(app, 'channel.post.published')
    app.simulator.fault({ kind: 'slow', phone: session.phone, clear: true })
    app.simulator.fault({ kind: 'drop', phone: session.phone })
    assert.equal((await told).postId, accepted.id)
    assert.equal(published(own).length, 1)
    assert.equal((await postsOf('', own))[0].status, 'sent')
  })

  test('from a process that does not hold the session: channels are made, posts go out and are recorded', {
    skip: !isServerTest && 'an embedded database belongs to one process',
  }, async () => {
    const second = await startSecondProcess(app)
    const api = second.apiOf(tenant)
    const made = await api.post(201, '/channels', { session_id: session.id, name: 'From elsewhere' })
    const posted = await api.post(201, `/channels/${made.id}/broadcast`, { text: 'Hello' })
    assert.equal(posted.status, 'sent')
    assert.deepEqual(
      published(made).map(({ id }) => id),
      [posted.wa_message_id],
    )
    await second.close()
  })

  test('400 without a connection and nothing is recorded; with the next one posts go out', async () => {
    const own = await makeChannel()
    await nextWorking()
    await tenant.api.post(200, `/sessions/${session.id}/stop`)
    assert.match((await post(400, { text: 'Now' }, {}, own)).detail, /not connected/)
    assert.equal((await postsOf('', own)).length, 0)
    const working = nextEvent(
      app,
      'session.status',
      (told) => told.sessionId === session.id && told.status === 'working',
    )
    await tenant.api.post(200, `/sessions/${session.id}/start`)
    await working
    assert.equal((await post(201, { text: 'Now' }, {}, own)).status, 'sent')
  })
})

async function nextWorking(): Promise<void> {
  const { status } = await tenant.api.get(200, `/sessions/${session.id}`)
  if (status !== 'working') await nextEvent(app, 'session.connected', (told) => told.sessionId === session.id)
}

suite('posts of a schedule', () => {
  const asTenant = (): Context => ({ ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } })
  const uuid = () => app.app.ctx.ids.uuid()
  /** Publishes for a run, once more for the same one while WhatsApp's answer is awaited. */
  function publish(more: Partial<ScheduledPost> = {}) {
    const run = { scheduleId: uuid(), executionId: uuid(), ...more }
    return until('the end of a post', async () => {
      const made = await publishPost(asTenant(), { channelId: channel.id, text: 'Every Monday', ...run })
      return made.status === 'pending' ? undefined : made
    })
  }

  test('a run posts once, however often and however much at once it is started', async () => {
    const before = published().length
    const run = { scheduleId: uuid(), executionId: uuid() }
    const [first, second] = await Promise.all([publish(run), publish(run)])
    const third = await publish(run)
    assert.deepEqual([first.id, second.id], [third.id, third.id])
    assert.partialDeepStrictEqual(third, { ...run, status: 'sent', source: 'schedule', error: null })
    assert.equal(published().length, before + 1)
    await publish({ scheduleId: run.scheduleId })
    assert.equal(published().length, before + 2)
  })

  test('a file without a type is posted as what it is', async () => {
    assert.equal((await publish({ mediaUrl: host.url('a.jpg') })).mediaType, 'image')
    assert.equal((await publish({ mediaUrl: host.url('a.mp4'), text: undefined })).mediaType, 'video')
  })

  test('whatever refuses it is recorded as failed with the reason, once, and is not tried again', async () => {
    const run = { scheduleId: uuid(), executionId: uuid() }
    const failed = await publish({ ...run, mediaUrl: host.url('a.pdf') })
    assert.deepEqual([failed.status, failed.error], ['failed', 'wrong_file_type'])
    assert.equal((await publish(run)).id, failed.id)
    refuseOnce(403)
    assert.equal((await publish()).error, 'ack_403')
    await setLimits({ max_channel_posts_per_month: 0 })
    assert.equal((await publish()).error, 'plan_limit_reached')
    await setLimits({})
    assert.equal((await publish({ text: 'My card is 4111 1111 1111 1111' })).error, 'content_refused')
    await assert.rejects(publish({ channelId: uuid() }), { code: 'not_found' })
  })
})
