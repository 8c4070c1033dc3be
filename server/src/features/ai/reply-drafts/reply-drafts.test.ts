import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import {
  type AnsweringWorld,
  delivery,
  openAnsweringWorld,
  saturday,
} from '../../../../test/answering-world.ts'
import { addContact, nextEvent } from '../../../../test/linked-session.ts'

let world: AnsweringWorld

before(async () => {
  world = await openAnsweringWorld()
})
after(() => world.close())

suite('drafts', () => {
  test('wait for a person, who sends them once, with another text or drops them; newer ones take their place', async () => {
    const { api, session } = await world.tenant({ mode: 'draft' })
    const anna = addContact(world.app)
    const list = async (status = 'pending') => (await api.get(200, `/ai/drafts?status=${status}`)).drafts
    const drafted = nextEvent(world.app, 'ai.reply.drafted')
    await world.write(anna, session.phone, [saturday])
    await world.answer()
    assert.partialDeepStrictEqual(await drafted, { chatId: `${anna}@c.us`, reasons: [] })
    const [old] = await list()
    assert.match(old.reply, /9:00/)
    assert.deepEqual([old.wa_chat_id, old.rag_sources], [`${anna}@c.us`, ['shop.txt']])
    assert.equal(world.received(anna, session).length, 0)
    await world.write(anna, session.phone, [delivery])
    await world.answer()
    const [newer, ...others] = await list()
    assert.equal(others.length, 0)
    assert.deepEqual(
      (await list('superseded')).map(({ id }: { id: string }) => id),
      [old.id],
    )
    await api.post(400, `/ai/drafts/${old.id}/send`, {})
    const sent = await api.post(200, `/ai/drafts/${newer.id}/send`, { message: 'It takes three days.' })
    await api.post(400, `/ai/drafts/${newer.id}/send`, {})
    await api.post(400, `/ai/drafts/${newer.id}/discard`)
    const [decided] = await list('sent')
    assert.equal(decided.message_id, sent.id)
    assert.deepEqual(world.received(anna, session), ['It takes three days.'])
    await world.write(anna, session.phone, [`Well, ${saturday}`])
    await world.answer()
    const [last] = await list()
    assert.equal((await api.post(200, `/ai/drafts/${last.id}/discard`)).status, 'discarded')
  })
})
