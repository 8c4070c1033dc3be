import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readChannel } from './channel-actions.ts'

suite('what WhatsApp says of a channel', () => {
  test('of one made a moment ago the id comes through, whatever else is null (OpenWA #1224, Baileys #2313)', () => {
    const made = { id: '120363000000000001@newsletter', state: { type: 'ACTIVE' } }
    const nothing = { name: null, description: null, picture: null, invite: null, subscribers_count: null }
    for (const answer of [
      {
        ...made,
        thread_metadata: { ...nothing, name: { text: 'News' } },
        viewer_metadata: { role: 'OWNER' },
      },
      { ...made, thread_metadata: nothing, viewer_metadata: null },
      { ...made, thread_metadata: null },
      { ...made, state: null },
    ]) {
      const read = readChannel(answer)
      assert.deepEqual(
        [read.chatId, read.description, read.followerCount, read.inviteCode],
        [made.id, null, 0, null],
      )
    }
  })

  test('text that no database takes is made so, and a count that is none is none', () => {
    const thread = { name: { text: 'A\0b\ud83d' }, description: { text: '' }, subscribers_count: 'many' }
    const read = readChannel({ id: '120363000000000001@newsletter', thread_metadata: thread })
    assert.deepEqual([read.name, read.description, read.followerCount], ['Ab\ufffd', null, 0])
  })

  test('none, a deleted one and nonsense are no channel', () => {
    for (const answer of [
      null,
      {},
      { id: 'x', state: { type: 'NON_EXISTING' } },
      { id: 'x', state: { type: 'DELETED' } },
    ])
      assert.throws(() => readChannel(answer), { code: 'channel_not_found' })
  })
})
