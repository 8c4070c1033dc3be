import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { keepKeysOfCopy } from './device-copies.ts'
import { proto } from './library.ts'

const pad = (message: proto.Message, padding: number) =>
  Buffer.concat([proto.Message.encode(message).finish(), Buffer.alloc(padding, padding)])
const read = (padded: Uint8Array) => proto.Message.decode(padded.subarray(0, -(padded.at(-1) ?? 0)))
const messageSecret = new Uint8Array(32).fill(9)
const poll = { pollCreationMessage: { name: 'When?', options: [{ optionName: 'Now' }] } }

suite('copies of what another device of the account sent', () => {
  test('keys beside the copy are moved inside, whatever the padding', () => {
    for (const padding of [1, 7, 16]) {
      const message = proto.Message.fromObject({
        deviceSentMessage: { destinationJid: '1@s.whatsapp.net', message: poll },
        messageContextInfo: { messageSecret },
      })
      const inner = read(keepKeysOfCopy(pad(message, padding))).deviceSentMessage?.message
      assert.deepEqual(
        Buffer.from(inner?.messageContextInfo?.messageSecret ?? []),
        Buffer.from(messageSecret),
      )
      assert.equal(inner?.pollCreationMessage?.name, 'When?')
    }
  })

  test('everything else stays as it is', () => {
    const own = new Uint8Array(32).fill(1)
    const kept = [
      pad(proto.Message.fromObject({ conversation: 'hi', messageContextInfo: { messageSecret } }), 3),
      pad(proto.Message.fromObject({ deviceSentMessage: { message: poll } }), 3),
      pad(
        proto.Message.fromObject({
          deviceSentMessage: { message: { ...poll, messageContextInfo: { messageSecret: own } } },
          messageContextInfo: { messageSecret },
        }),
        3,
      ),
      Buffer.from([0xfa, 0x01, 0xff, 0xff, 1]),
      Buffer.from([0xfa, 0x01, 200]),
      Buffer.alloc(0),
    ]
    for (const bytes of kept) assert.equal(keepKeysOfCopy(bytes), bytes)
  })
})
