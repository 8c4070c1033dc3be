import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { type AnyMessageContent, downloadMediaMessage } from 'baileys'
import type { MessageInput } from '../src/index.ts'
import { bob, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { trustMedia } from './media-client.ts'
import { verifies } from './verifies.ts'

const bytes = randomBytes(70_000)
const sha256 = createHash('sha256').update(bytes).digest('hex')

suite('media', () => {
  test('files of a client: each kind is uploaded, shown, and read byte for byte', async () => {
    verifies('MEDIA-01', 'MEDIA-02')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    const cases: [string, AnyMessageContent, object][] = [
      ['image', { image: bytes, caption: 'a picture', jpegThumbnail: '' }, { caption: 'a picture' }],
      ['video', { video: bytes, seconds: 7, jpegThumbnail: '' }, { seconds: 7, mimetype: 'video/mp4' }],
      ['gif', { video: bytes, gifPlayback: true, jpegThumbnail: '' }, { mimetype: 'video/mp4' }],
      ['audio', { audio: bytes, mimetype: 'audio/mp4', seconds: 3 }, { seconds: 3, mimetype: 'audio/mp4' }],
      ['voice', { audio: bytes, ptt: true, seconds: 4 }, { seconds: 4 }],
      [
        'document',
        { document: bytes, mimetype: 'application/pdf', fileName: 'bill.pdf', caption: 'pay' },
        { fileName: 'bill.pdf', mimetype: 'application/pdf', caption: 'pay' },
      ],
      ['sticker', { sticker: bytes }, { mimetype: 'image/webp' }],
    ]
    for (const [kind, content, expected] of cases) {
      const sent = await client.socket.sendMessage(jidOf(bob), content)
      const shown = await simulator.nextMessage(bob)
      assert.equal(shown.kind, kind)
      assert.equal(shown.id, sent?.key.id)
      assert.deepEqual({ ...shown.media, ...expected }, shown.media, kind)
      assert.equal(shown.media?.sha256, sha256)
      assert.equal(shown.media?.bytes, bytes.length)
      assert.ok((await simulator.mediaOf(bob, shown.id)).equals(bytes), kind)
      assert.ok((await simulator.mediaOf(owner, shown.id)).equals(bytes), kind)
    }
  })

  test('files of a phone: each kind reaches the client, which reads it byte for byte', async () => {
    verifies('MEDIA-03')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    const base64 = bytes.toString('base64')
    const cases: MessageInput['media'][] = [
      { kind: 'image', base64, caption: 'look', width: 640, height: 480 },
      { kind: 'video', bytes, seconds: 9, caption: 'watch' },
      { kind: 'gif', bytes },
      { kind: 'audio', bytes, seconds: 2 },
      { kind: 'voice', bytes, seconds: 3 },
      { kind: 'document', bytes, mimetype: 'application/pdf', fileName: 'bill.pdf' },
      { kind: 'document', bytes, mimetype: 'application/pdf', fileName: 'bill.pdf', caption: 'pay' },
      { kind: 'sticker', bytes, animated: true },
    ]
    for (const media of cases) {
      const { id } = await simulator.sendMessage(bob, { to: owner, media })
      const message = await client.message(({ key }) => key.id === id)
      const content = message.message?.documentWithCaptionMessage?.message ?? message.message
      const part =
        content?.imageMessage ??
        content?.videoMessage ??
        content?.audioMessage ??
        content?.documentMessage ??
        content?.stickerMessage
      assert.ok(part, media?.kind)
      assert.equal(Number(part.fileLength), bytes.length)
      assert.equal(Buffer.from(part.fileSha256 ?? []).toString('hex'), sha256)
      if ('caption' in part) assert.equal(part.caption ?? undefined, media?.caption)
      if ('ptt' in part) assert.equal(part.ptt, media?.kind === 'voice')
      assert.ok((await downloadMediaMessage(message, 'buffer', {})).equals(bytes), media?.kind)
      const shown = simulator.message(owner, id)
      assert.equal(shown.kind, media?.kind)
      assert.equal(shown.media?.sha256, sha256)
      assert.ok((await simulator.mediaOf(owner, id)).equals(bytes))
      assert.equal(simulator.message(bob, id).fromMe, true)
    }
  })

  test('a file travels into a group and is read by all members', async () => {
    verifies('MEDIA-01', 'MEDIA-03')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    const group = simulator.createGroup({ subject: 'Club', owner: bob, members: [owner] })
    const written = await simulator.sendGroupMessage(group.id, { from: bob, media: { kind: 'image', bytes } })
    const message = await client.message(({ key }) => key.id === written.id)
    assert.ok((await downloadMediaMessage(message, 'buffer', {})).equals(bytes))
    const answer = await client.socket.sendMessage(group.id, { image: bytes, jpegThumbnail: '' })
    await simulator.nextMessage(bob, ({ id }) => id === answer?.key.id)
    assert.ok((await simulator.mediaOf(bob, answer?.key.id ?? '')).equals(bytes))
  })

  test('a phone says that it played a voice note, and of other messages that it read them', async () => {
    verifies('RCPT-04')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    simulator.setReceipts(bob, { mode: 'played' })
    await using client = await linkedClient(simulator, owner)
    const voice = await client.socket.sendMessage(jidOf(bob), { audio: bytes, ptt: true, seconds: 4 })
    await client.status(voice?.key.id, 5)
    const audio = await client.socket.sendMessage(jidOf(bob), { audio: bytes, seconds: 4 })
    await client.status(audio?.key.id, 4)
  })

  test('mediaOf names what is wrong', async () => {
    verifies('MEDIA-02')
    await using simulator = await startSimulator()
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'no file' })
    await assert.rejects(simulator.mediaOf(owner, id), { status: 422, field: 'id' })
    await assert.rejects(simulator.mediaOf(owner, 'nothing'), { status: 404, field: 'id' })
  })
})
