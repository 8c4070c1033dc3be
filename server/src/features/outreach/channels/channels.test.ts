import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { eq } from 'drizzle-orm'
import sharp from 'sharp'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
} from '../../../../test/linked-session.ts'
import { type MediaHost, openMediaHost } from '../../../../test/media-host.ts'
import { channelCapabilities } from '../../../engine/channels.ts'
import type { LimitOverrides } from '../../account/plans/plans.tables.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { tenants } from '../../account/tenants/tenants.tables.ts'

let app: LinkedApp
let host: MediaHost
let tenant: TestTenant
let session: LinkedSession
let small: TestTenant
let line: LinkedSession

before(async () => {
  app = await createLinkedApp()
  const create = { width: 90, height: 60, channels: 3, background: 'teal' } as const
  const files = {
    'portrait.jpeg': await sharp({ create }).jpeg().toBuffer(),
    'note.txt': Buffer.from('text'),
  }
  host = await openMediaHost(files)
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
  small = await app.tenant()
  line = await linkSession(app, small.api)
})
after(async () => {
  await app.close()
  await host[Symbol.asyncDispose]()
})

/** Another tenant, whose plan allows so much; nothing it made before counts. */
async function withLimits(limits: LimitOverrides) {
  const { id, api } = small
  await app.database.db.pool.query('DELETE FROM channels WHERE tenant_id = $1', [id])
  await setLimits(limits)
  const create = (status: number, name = 'News') =>
    api.post(status, '/channels', { session_id: line.id, name })
  return { id, api, create }
}

async function setLimits(limitOverrides: LimitOverrides): Promise<void> {
  const { ctx } = app.app
  await ctx.db.transaction(async (sql) => {
    await sql.update(tenants).set({ limitOverrides }).where(eq(tenants.id, small.id))
    await publishChange(ctx, sql, [`tenant:${small.id}`])
  })
}

const create = (status: number, more: object = {}) =>
  tenant.api.post(status, '/channels', { session_id: session.id, name: 'Harbour news', ...more })
const importing = (status: number, waChannelId: string) =>
  tenant.api.post(status, '/channels/import', { session_id: session.id, wa_channel_id: waChannelId })

suite('channels', () => {
  test('create: 201 with what WhatsApp made, owned by the account, with its invitation', async () => {
    const made = await create(201, { description: 'What is new in the harbour' })
    assert.match(made.wa_channel_id, /^\d{18}@newsletter$/)
    assert.partialDeepStrictEqual(made, {
      session_id: session.id,
      name: 'Harbour news',
      description: 'What is new in the harbour',
      follower_count: 0,
      role: 'owner',
      is_active: true,
    })
    const there = app.simulator.channels.describe(made.wa_channel_id)
    assert.deepEqual(
      [there.owner, there.name, there.description, there.hasPicture],
      [session.phone, 'Harbour news', 'What is new in the harbour', false],
    )
    assert.equal(made.invite_link, `https://whatsapp.com/channel/${there.inviteCode}`)
    const found = await tenant.api.get(200, `/channels/${made.id}`)
    assert.partialDeepStrictEqual(found, { ...made, posts_limit: null })
  })

  test('create: a name of 100 emoji, right-to-left text and quotes arrive as they are', async () => {
    for (const name of [
      '🚢'.repeat(50),
      'أخبار "الميناء"',
      `O'Neill & <b>Sons</b> $& {{name}}`,
      'x'.repeat(100),
    ]) {
      const made = await create(201, { name: `  ${name} ` })
      assert.equal(made.name, name)
      assert.equal(app.simulator.channels.describe(made.wa_channel_id).name, name)
    }
  })

  test('create: 422 naming the field for names nobody sees, lines, and what is too long', async () => {
    const refused: [object, RegExp][] = [
      [{ name: '' }, /^name/],
      [{ name: '   ' }, /^name/],
      [{ name: '\u200b\u2060' }, /^name/],
      [{ name: 'two\nlines' }, /^name/],
      [{ name: 'bell\u0007' }, /^name/],
      [{ name: 'x'.repeat(101) }, /^name/],
      [{ name: 7 }, /^name/],
      [{ name: undefined }, /^name/],
      [{ description: 'x'.repeat(2049) }, /^description/],
      [{ picture_url: 'picture.png' }, /^picture_url/],
      [{ picture_url: 'ftp://example.com/x.png' }, /^picture_url/],
      [{ session_id: 'desk' }, /^session_id/],
    ]
    for (const [more, says] of refused) assert.match((await create(422, more)).detail, says)
  })

  test('create: with a picture from an address; 400 for private addresses, what is none and what is not there', async () => {
    const made = await create(201, { picture_url: host.url('portrait.jpeg') })
    assert.equal(app.simulator.channels.describe(made.wa_channel_id).hasPicture, true)
    const before = app.simulator.channels.list().length
    for (const [url, says] of [
      ['https://10.0.0.1/x.png', /picture_url|address/i],
      [host.url('note.txt'), /image/],
      [host.url('missing.png'), /picture_url.*404/],
    ] as const) {
      assert.match((await create(400, { picture_url: url })).detail, says)
    }
    assert.equal(app.simulator.channels.list().length, before)
  })

  test('create: the content policy refuses a secret in name and description, and nothing is made', async () => {
    const before = app.simulator.channels.list().length
    await create(403, { name: 'Card 4111 1111 1111 1111' })
    await create(403, { description: 'My card is 4111 1111 1111 1111' })
    assert.equal(app.simulator.channels.list().length, before)
  })

  test('create: of eight at once on a plan of five, five are made, here and on WhatsApp', async () => {
    const { api } = await withLimits({ max_channels: 5 })
    const body = { session_id: line.id, name: 'Race' }
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => api.call('POST', '/channels', { body })),
    )
    const refused = replies.filter(({ status }) => status === 403)
    assert.deepEqual([replies.length - refused.length, refused.length], [5, 3])
    for (const { body: answer } of refused) assert.match(answer.detail, /max_channels/)
    const made = app.simulator.channels.list().filter(({ name }) => name === 'Race')
    assert.equal(made.length, 5)
    assert.equal((await api.get(200, '/usage/current')).usage.channels, 5)
  })

  test('create: what WhatsApp refuses takes no room of the plan', async () => {
    const { api, create: make } = await withLimits({ max_channels: 1 })
    const failing = { session_id: line.id, name: 'News', picture_url: host.url('missing.png') }
    await api.post(400, '/channels', failing)
    await make(201)
    await make(403)
  })

  test('create: room that a crash left reserved is taken until it expires', async () => {
    const { id, create: make } = await withLimits({ max_channels: 1 })
    const { pool } = app.database.db
    const expiry = (fromNowMs: number) => new Date(app.clock.nowMs() + fromNowMs)
    await pool.query('INSERT INTO channel_reservations (id, tenant_id, expires_at) VALUES ($1, $1, $2)', [
      id,
      expiry(60_000),
    ])
    await make(403)
    await pool.query('UPDATE channel_reservations SET expires_at = $2 WHERE tenant_id = $1', [id, expiry(-1)])
    await make(201)
    assert.equal((await pool.query('SELECT FROM channel_reservations WHERE id = $1', [id])).rowCount, 0)
  })

  test('discover: those the account runs, with followers, and none that is imported or only followed', async () => {
    const { api } = await withLimits({})
    const own = app.simulator.channels.create({ owner: line.phone, name: 'Own', otherFollowers: 3000 })
    const foreign = app.simulator.channels.create({ owner: session.phone, name: 'Run together' })
    app.simulator.channels.changeFollower(foreign.id, { phone: line.phone, action: 'promote' })
    const followed = app.simulator.channels.create({ owner: session.phone, name: 'Followed' })
    app.simulator.channels.follow(line.phone, followed.id)
    const discover = () => api.get(200, `/channels/discover?session_id=${line.id}`)
    const news = ({ name }: { name: string }) => ['Own', 'Run together', 'Followed'].includes(name)
    assert.deepEqual((await discover()).filter(news), [
      { wa_channel_id: own.id, name: 'Own', follower_count: 3000, role: 'owner' },
      { wa_channel_id: foreign.id, name: 'Run together', follower_count: 0, role: 'admin' },
    ])
    const take = (status: number, id: string) =>
      api.post(status, '/channels/import', { session_id: line.id, wa_channel_id: id })
    const imported = await take(201, own.id)
    assert.partialDeepStrictEqual(imported, { name: 'Own', follower_count: 3000, role: 'owner' })
    assert.deepEqual(
      (await discover()).filter(news).map(({ name }: { name: string }) => name),
      ['Run together'],
    )
    const refused = await take(400, followed.id)
    assert.match(refused.detail, /may not post/)
  })

  test('import: 409 twice, also at once; 404 for none; 422 for what is no channel', async () => {
    const { id } = app.simulator.channels.create({ owner: session.phone, name: 'Known' })
    const body = { session_id: session.id, wa_channel_id: id }
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => tenant.api.call('POST', '/channels/import', { body })),
    )
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409])
    await importing(409, id)
    await importing(404, '120363000000000000@newsletter')
    for (const wrong of ['123@c.us', '120363012345678901@g.us', 'news', '1@newsletter', 'x'.repeat(200)])
      assert.match((await importing(422, wrong)).detail, /^wa_channel_id/)
  })

  test('import: 403 naming the limit when the plan has no room, 409 before that for one that is there', async () => {
    const { api } = await withLimits({ max_channels: 1 })
    const [first, second] = ['One', 'Two'].map((name) =>
      app.simulator.channels.create({ owner: line.phone, name }),
    )
    const take = (status: number, id = '') =>
      api.post(status, '/channels/import', { session_id: line.id, wa_channel_id: id })
    await take(201, first?.id)
    assert.match((await take(403, second?.id)).detail, /max_channels/)
    await take(409, first?.id)
  })

  test('sync-followers: what WhatsApp says now, name and role included; 404 when the channel is gone there', async () => {
    const { id: waId } = app.simulator.channels.create({ owner: session.phone, name: 'Old name' })
    const { id, followers_synced_at: then } = await importing(201, waId)
    app.simulator.channels.change(waId, { name: 'New name', otherFollowers: 41 })
    app.simulator.channels.follow(line.phone, waId)
    app.clock.advance(5000)
    const synced = await tenant.api.post(200, `/channels/${id}/sync-followers`)
    assert.deepEqual([synced.name, synced.follower_count, synced.role], ['New name', 42, 'owner'])
    assert.ok(synced.followers_synced_at > then)
    assert.equal((await tenant.api.get(200, `/channels/${id}`)).follower_count, 42)
    app.simulator.channels.delete(waId)
    assert.match((await tenant.api.post(404, `/channels/${id}/sync-followers`)).detail, /WhatsApp/)
  })

  test('delete: removes the record only; with delete_on_whatsapp the channel as well, where it is owned', async () => {
    const kept = await create(201)
    assert.deepEqual(await tenant.api.delete(200, `/channels/${kept.id}`), {
      status: 'deleted',
      id: kept.id,
      deleted_on_whatsapp: false,
    })
    assert.equal(app.simulator.channels.describe(kept.wa_channel_id).name, 'Harbour news')
    await tenant.api.get(404, `/channels/${kept.id}`)
    const again = await importing(201, kept.wa_channel_id)
    const gone = await tenant.api.delete(200, `/channels/${again.id}?delete_on_whatsapp=True`)
    assert.equal(gone.deleted_on_whatsapp, true)
    assert.throws(() => app.simulator.channels.describe(kept.wa_channel_id))
    const together = app.simulator.channels.create({
      owner: line.phone,
      name: 'x',
    })
    app.simulator.channels.changeFollower(together.id, { phone: session.phone, action: 'promote' })
    const shared = await importing(201, together.id)
    const left = await tenant.api.delete(200, `/channels/${shared.id}?delete_on_whatsapp=true`)
    assert.equal(left.deleted_on_whatsapp, false)
    assert.ok(app.simulator.channels.describe(together.id))
  })

  test('delete: one that is gone on WhatsApp already is gone here, too; 400 without a connection, and it stays', async () => {
    const other = await linkSession(app, tenant.api)
    const [first, second, third] = [
      await tenant.api.post(201, '/channels', { session_id: other.id, name: 'Gone' }),
      await tenant.api.post(201, '/channels', { session_id: other.id, name: 'Stays' }),
      await tenant.api.post(201, '/channels', { session_id: other.id, name: 'Goes with the session' }),
    ]
    app.simulator.channels.delete(first.wa_channel_id)
    const answer = await tenant.api.delete(200, `/channels/${first.id}?delete_on_whatsapp=true`)
    assert.equal(answer.deleted_on_whatsapp, true)
    await tenant.api.post(200, `/sessions/${other.id}/stop`)
    await tenant.api.delete(400, `/channels/${second.id}?delete_on_whatsapp=true`)
    await tenant.api.get(200, `/channels/${second.id}`)
    await tenant.api.delete(422, `/channels/${second.id}?delete_on_whatsapp=perhaps`)
    await tenant.api.delete(200, `/channels/${second.id}`)
    await tenant.api.delete(200, `/sessions/${other.id}`)
    await tenant.api.get(404, `/channels/${third.id}`)
  })

  test('list: oldest first in pages, of one session, and never those of another tenant', async () => {
    const { api, create: make } = await withLimits({})
    const second = await linkSession(app, api)
    const made = [await make(201, 'A'), await make(201, 'B')]
    await api.post(201, '/channels', { session_id: second.id, name: 'C' })
    const all = await api.get(200, '/channels')
    assert.deepEqual(
      [all.total, all.limit, all.offset, all.channels.map(({ name }: { name: string }) => name).join('')],
      [3, 50, 0, 'ABC'],
    )
    assert.equal((await api.get(200, `/channels?session_id=${line.id}`)).total, 2)
    assert.deepEqual((await api.get(200, '/channels?limit=1&offset=1')).channels[0], made[1])
    const other = await app.tenant()
    assert.equal((await other.api.get(200, '/channels')).total, 0)
    const { id } = made[0]
    const posted = { text: 'x' }
    await other.api.get(404, `/channels/${id}`)
    await other.api.delete(404, `/channels/${id}`)
    await other.api.post(404, `/channels/${id}/broadcast`, posted)
    await other.api.post(404, `/channels/${id}/sync-followers`)
    await other.api.get(404, `/channels/${id}/posts`)
    await other.api.get(404, `/channels/discover?session_id=${line.id}`)
    await other.api.post(404, '/channels', { session_id: line.id, name: 'x' })
    const foreign = { session_id: line.id, wa_channel_id: made[1].wa_channel_id }
    await other.api.post(404, '/channels/import', foreign)
  })

  test('downgrade: the newest rest and can be read, the oldest go on, all of them after an upgrade', async () => {
    const { api, create: make } = await withLimits({ max_channels: 5 })
    const [first, second] = [await make(201, 'First'), await make(201, 'Second')]
    await setLimits({ max_channels: 1 })
    const states = async () =>
      (await api.get(200, '/channels')).channels.map((channel: { is_active: boolean }) => channel.is_active)
    assert.deepEqual(await states(), [true, false])
    const post = (status: number, channel: { id: string }) =>
      api.post(status, `/channels/${channel.id}/broadcast`, { text: 'Hello' })
    await post(201, first)
    assert.match((await post(403, second)).detail, /max_channels/)
    assert.equal((await api.get(200, `/channels/${second.id}/posts`)).total, 0)
    await setLimits({ max_channels: 5 })
    assert.deepEqual(await states(), [true, true])
    await post(201, second)
    await setLimits({ max_channels: 1 })
    await api.delete(200, `/channels/${first.id}`)
    assert.deepEqual(await states(), [true])
  })

  test('capabilities name the library as it is installed', async () => {
    const path = new URL('../../../../../node_modules/baileys/package.json', import.meta.url)
    const { version } = JSON.parse(readFileSync(path, 'utf8'))
    assert.equal(channelCapabilities.version, version)
    assert.deepEqual(await tenant.api.get(200, '/channels/capabilities'), {
      engine: 'baileys',
      engine_version: version,
      text: true,
      image: true,
      video: true,
      min_version_for_media: '7.0.0-rc.1',
    })
  })

  test('scopes: reading needs channels:read, everything else channels:manage', async () => {
    const [reader, sender] = [
      await tenant.apiWith(['channels:read']),
      await tenant.apiWith(['messages:send']),
    ]
    await reader.get(200, '/channels')
    await sender.get(403, '/channels')
    const refused = await reader.call('POST', '/channels', { body: { session_id: session.id, name: 'x' } })
    assert.deepEqual([refused.status, refused.headers['x-required-scopes']], [403, 'channels:manage'])
    await (await tenant.apiWith(['channels:manage'])).get(200, '/channels')
  })
})
