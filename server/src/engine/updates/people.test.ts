import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { useLinkedEngine } from '../../../test/harness-engine.ts'

const world = useLinkedEngine()
const sessionId = () => world.session.sessionId

suite('contacts', () => {
  test('a check says who is there, under which ids, and asks once for many', async () => {
    const [anna, ben] = [world.addPerson('Anna'), world.addPerson('Ben')]
    const shop = '15550007100'
    const { lid } = world.simulator.createAccount({ phone: shop, name: 'Shop', business: true })
    const nobody = '15559990000'
    const before = world.simulator.state().queries.usync ?? 0
    const checks = await world.engine.contacts.check(sessionId(), [anna, nobody, shop, ben, anna])
    assert.deepEqual(
      checks.map(({ phone, exists, chatId }) => [phone, exists, chatId]),
      [
        [anna, true, `${anna}@c.us`],
        [nobody, false, null],
        [shop, true, `${shop}@c.us`],
        [ben, true, `${ben}@c.us`],
        [anna, true, `${anna}@c.us`],
      ],
    )
    assert.equal(checks[2]?.lid, lid.replace('@lid', ''))
    assert.deepEqual(
      checks.map(({ isBusiness }) => isBusiness),
      [false, false, true, false, false],
    )
    const asked = (world.simulator.state().queries.usync ?? 0) - before
    assert.ok(asked <= 2, `${asked} questions for four numbers`)
    const mapping = await world.listener.next('mapping', ({ phone }) => phone === shop)
    assert.equal(mapping.lid, lid.replace('@lid', ''))
  })

  test('429 when WhatsApp asks to slow down', async () => {
    world.simulator.setLimits(world.account, { queriesPerMinute: { contacts: 0 } })
    await assert.rejects(world.engine.contacts.check(sessionId(), [world.addPerson()]), {
      code: 'whatsapp_rate_limited',
      status: 429,
    })
    world.simulator.setLimits(world.account, { queriesPerMinute: null })
  })

  test('a picture is published with its address, none as null', async () => {
    const anna = world.addPerson('Anna')
    assert.equal(await world.engine.contacts.pictureUrl(sessionId(), `${anna}@c.us`), null)
    world.simulator.setPicture(anna, { base64: Buffer.from([0xff, 0xd8, 0xff, 0xe0]).toString('base64') })
    assert.match((await world.engine.contacts.pictureUrl(sessionId(), `${anna}@c.us`)) ?? '', /^https?:/)
  })

  test('who is blocked cannot write any more, until let in again', async () => {
    const anna = world.addPerson('Anna')
    await world.engine.contacts.check(sessionId(), [anna])
    await world.engine.contacts.setBlocked(sessionId(), `${anna}@c.us`, true)
    await world.simulator.sendMessage(anna, { to: world.account, text: 'can you hear me' })
    await world.engine.contacts.setBlocked(sessionId(), `${anna}@c.us`, false)
    const { id } = await world.simulator.sendMessage(anna, { to: world.account, text: 'and now' })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
    const texts = world.listener.all('message').map(({ content }) => content.kind === 'text' && content.text)
    assert.ok(!texts.includes('can you hear me'))
  })

  test('a name in the phone book is published, and when it is taken out', async () => {
    const anna = world.addPerson('Anna')
    await world.simulator.appState.contact(world.account, { phone: anna, name: 'Anna of Accounts' })
    const named = await world.listener.next('contact', ({ name }) => name === 'Anna of Accounts')
    assert.equal(named.person.phone, anna)
    await world.simulator.appState.contact(world.account, { phone: anna, name: null })
    await world.listener.next('contact', ({ person, name }) => person.phone === anna && name === null)
  })

  test('a business is known as one by its messages', async () => {
    const shop = '15550007101'
    world.simulator.createAccount({ phone: shop, name: 'Corner shop', business: true })
    await world.simulator.sendMessage(shop, { to: world.account, text: 'open until six' })
    const recorded = await world.listener.next('contact', ({ isBusiness }) => isBusiness === true)
    assert.equal(recorded.person.phone, shop)
  })

  test('labels are refused for an account that is no business', async () => {
    await assert.rejects(
      async () => world.engine.labels.put(sessionId(), { waLabelId: '1', name: 'x', colorIndex: 0 }),
      { code: 'not_business_account', status: 400 },
    )
  })
})

suite('calls', () => {
  const statusOf = (id: string) => world.listener.all('call').filter(({ callId }) => callId === id)

  test('a call rings and can be turned down', async () => {
    const anna = world.addPerson('Anna')
    const { id } = world.simulator.call(anna, { to: world.account, video: true })
    const ringing = await world.listener.next('call', ({ callId }) => callId === id)
    assert.partialDeepStrictEqual(ringing, { status: 'ringing', isVideo: true, groupId: null })
    assert.equal(ringing.caller.phone, anna)
    await world.engine.rejectCall(sessionId(), id, `${anna}@c.us`)
    const seen = await world.simulator.nextEvent(anna, (event) => event.type === 'call' && event.call === id)
    assert.equal(seen.type === 'call' && seen.state, 'rejected')
  })

  test('one that nobody takes is missed, one taken on the phone is accepted', async () => {
    const anna = world.addPerson('Anna')
    const missed = world.simulator.call(anna, { to: world.account })
    await world.listener.next('call', ({ callId }) => callId === missed.id)
    world.simulator.endCall(anna, missed.id)
    await world.listener.next('call', ({ callId, status }) => callId === missed.id && status === 'missed')
    const taken = world.simulator.call(anna, { to: world.account })
    await world.listener.next('call', ({ callId }) => callId === taken.id)
    world.simulator.actOnCall(world.account, taken.id, { action: 'accept' })
    await world.listener.next('call', ({ callId, status }) => callId === taken.id && status === 'accepted')
    assert.deepEqual(
      statusOf(missed.id).map(({ status }) => status),
      ['ringing', 'missed'],
    )
  })

  test('a call of a group names the group', async () => {
    const anna = world.addPerson('Anna')
    const group = world.simulator.groups.create({ owner: anna, subject: 'Team', members: [world.account] })
    const { id } = world.simulator.call(anna, { to: group.id })
    const ringing = await world.listener.next('call', ({ callId }) => callId === id)
    assert.equal(ringing.groupId, group.id)
  })
})

suite('status posts', () => {
  test('those of others are published with their author', async () => {
    const anna = world.addPerson('Anna')
    const { id } = await world.simulator.postStatus(anna, { text: 'on holiday' })
    const post = await world.listener.next('post', ({ waMessageId }) => waMessageId === id)
    assert.deepEqual(
      [post.author.phone, post.content.kind === 'text' && post.content.text],
      [anna, 'on holiday'],
    )
    assert.ok(!world.listener.all('message').some(({ waMessageId }) => waMessageId === id))
  })

  test('an own one is seen by its audience and nobody else', async () => {
    const [anna, ben] = [world.addPerson('Anna'), world.addPerson('Ben')]
    const waMessageId = world.engine.newMessageId(sessionId())
    const content = { kind: 'text' as const, text: 'we are open' }
    const outcome = await world.engine.postStatus(sessionId(), waMessageId, content, [`${anna}@c.us`])
    assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
    const shown = await world.simulator.nextMessage(anna, ({ id }) => id === waMessageId)
    assert.deepEqual([shown.text, shown.chat], ['we are open', 'status@broadcast'])
    assert.ok(!world.simulator.messages(ben).some(({ id }) => id === waMessageId))
  })
})

suite('channels', () => {
  const channels = () => world.engine.channels

  test('one is made, described, changed, listed and deleted', async () => {
    const made = await channels().create(sessionId(), { name: 'News', description: 'What is new' })
    assert.partialDeepStrictEqual(made, { name: 'News', description: 'What is new', role: 'owner' })
    const changed = await channels().update(sessionId(), made.chatId, { name: 'Old news' })
    assert.partialDeepStrictEqual(changed, { name: 'Old news', description: 'What is new', role: 'owner' })
    const listed = await channels().list(sessionId())
    assert.ok(listed.some(({ chatId }) => chatId === made.chatId))
    await channels().delete(sessionId(), made.chatId)
    await assert.rejects(channels().get(sessionId(), { chatId: made.chatId }), {
      code: 'channel_not_found',
      status: 404,
    })
  })

  test('one of others is found by its invitation, followed, muted and left; its posts arrive', async () => {
    const anna = world.addPerson('Anna')
    const { id, inviteCode } = world.simulator.channels.create({ owner: anna, name: 'Weather' })
    const found = await channels().get(sessionId(), { inviteCode: inviteCode.replace(/^.*\//, '') })
    assert.partialDeepStrictEqual(found, { chatId: id, name: 'Weather', role: 'guest', followerCount: 0 })
    await channels().follow(sessionId(), id)
    await channels().mute(sessionId(), id, true)
    const followed = await channels().get(sessionId(), { chatId: id })
    assert.partialDeepStrictEqual(followed, { role: 'follower', followerCount: 1, isMuted: true })
    world.simulator.channels.post(id, { text: 'sunny' })
    const post = await world.listener.next('message', ({ chatId }) => chatId === id)
    assert.deepEqual([post.content.kind === 'text' && post.content.text, post.isGroup], ['sunny', false])
    await assert.rejects(channels().update(sessionId(), id, { name: 'Mine' }), {
      code: 'not_channel_admin',
      status: 403,
    })
    await channels().unfollow(sessionId(), id)
    assert.equal(world.simulator.channels.describe(id).followerCount, 0)
  })
})
