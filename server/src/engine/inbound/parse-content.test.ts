import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { proto as protocol } from 'baileys'
import fc from 'fast-check'
import { contentMentions, contentText, messageTypeOf } from '../content.ts'
import { parseJid } from '../library/jids.ts'
import { proto } from '../library/library.ts'
import { findMediaPart } from '../media/part.ts'
import { cleanText, isMessageId } from './clean.ts'
import { openEnvelopes } from './envelopes.ts'
import { isChange } from './parse-change.ts'
import { parseContent } from './parse-content.ts'

const image = { imageMessage: { mimetype: 'image/png', caption: 'Hi' } }

/** Every field a message may have. */
const contentNames = Object.entries(proto.Message.prototype).flatMap(([name, value]) =>
  value === null ? [name] : [],
)

/** The content of a message as the wire carries it. */
function parse(message: protocol.IMessage) {
  return parseContent(proto.Message.decode(proto.Message.encode(message).finish()))
}

suite('envelopes', () => {
  const wrap = (name: string, message: protocol.IMessage) => ({ [name]: { message } }) as protocol.IMessage
  const names = [
    'ephemeralMessage',
    'documentWithCaptionMessage',
    'editedMessage',
    'groupMentionedMessage',
    'botInvokeMessage',
    'associatedChildMessage',
    'groupStatusMessageV2',
  ]
  for (const name of names) {
    test(`${name} is taken off`, () => {
      const content = parse(wrap(name, image))?.content
      assert.ok(content?.kind === 'image' && content.caption === 'Hi' && !content.isViewOnce)
    })
  }

  for (const name of ['viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension']) {
    test(`${name} is taken off and named`, () => {
      const content = parse(wrap('ephemeralMessage', wrap(name, image)))?.content
      assert.ok(content?.kind === 'image' && content.isViewOnce)
    })
  }

  test('a copy for own devices is content, and keys are found in any layer', () => {
    const messageSecret = new Uint8Array(32).fill(7)
    const message = proto.Message.fromObject({
      deviceSentMessage: { destinationJid: 'x', message: { ephemeralMessage: { message: image } } },
      messageContextInfo: { messageSecret },
    })
    assert.equal(parseContent(message)?.content.kind, 'image')
    assert.deepEqual(openEnvelopes(message).contextInfo?.messageSecret, messageSecret)
  })

  test('one that is empty, and a hundred within each other, are kept as unknown', () => {
    assert.deepEqual(parse({ ephemeralMessage: {} })?.content, { kind: 'unknown', type: 'ephemeralMessage' })
    let message: protocol.IMessage = image
    for (let depth = 0; depth < 40; depth += 1) message = wrap('ephemeralMessage', message)
    assert.deepEqual(parse(message)?.content, { kind: 'unknown', type: 'ephemeralMessage' })
  })
})

suite('kinds', () => {
  test('nothing to people is nothing', () => {
    assert.equal(parseContent(undefined), undefined)
    assert.equal(parse({}), undefined)
    assert.equal(parse({ senderKeyDistributionMessage: { groupId: 'x' } }), undefined)
    assert.equal(parse({ messageContextInfo: {} }), undefined)
    assert.equal(parse({ protocolMessage: { type: 3 } }), undefined)
    assert.equal(parse({ pollUpdateMessage: {} }), undefined)
  })

  test('round films, live places, later versions of polls and Lottie stickers are what they are', () => {
    assert.equal(parse({ ptvMessage: { seconds: 3 } })?.content.kind, 'video')
    assert.equal(parse({ videoMessage: { gifPlayback: true } })?.content.kind, 'gif')
    const live = parse({ liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 2, caption: 'Here' } })
    assert.deepEqual(live?.content, {
      kind: 'location',
      latitude: 1,
      longitude: 2,
      name: 'Here',
      address: null,
      isLive: true,
    })
    const options = [{ optionName: 'a' }]
    const poll = { name: 'Q', options, selectableOptionsCount: 1 }
    for (const field of ['pollCreationMessageV2', 'pollCreationMessageV3', 'pollCreationMessageV5']) {
      const content = parse({ [field]: poll } as protocol.IMessage)?.content
      assert.deepEqual(content, { kind: 'poll', title: 'Q', options: ['a'], allowMultiple: false }, field)
    }
    const v4 = parse({ pollCreationMessageV4: { message: { pollCreationMessageV3: poll } } })
    assert.equal(v4?.content.kind, 'poll')
    const lottie = parse({ lottieStickerMessage: { message: { stickerMessage: { isLottie: true } } } })
    assert.ok(lottie?.content.kind === 'sticker' && lottie.content.file.isAnimated)
  })

  test('what cannot be stored or served is taken out of what a sender writes', () => {
    const text = parse({ conversation: 'a\0b' })?.content
    assert.equal(text?.kind === 'text' && text.text, 'ab')
    assert.equal(cleanText('a\ud800'), 'a\ufffd')
    assert.equal(cleanText('😀'.repeat(3), 5), '😀😀\ufffd')
    const file = parse({
      documentMessage: {
        mimetype: 'text/html\r\nX-Injected: 1',
        fileName: '../../etc/pass\u0000wd',
        fileLength: -5,
        caption: '\0',
      },
    })?.content
    assert.ok(file?.kind === 'document')
    assert.equal(file.file.mimetype, 'application/octet-stream')
    assert.equal(file.file.fileName, '.._.._etc_passwd')
    assert.deepEqual([file.file.bytes, file.caption], [null, ''])
    for (const id of ['', 'a b', 'a\0', 'ä', 'x'.repeat(256)]) assert.equal(isMessageId(id), false, id)
    assert.equal(isMessageId('3EB0ABCDEF'), true)
    for (const latitude of [Number.NaN, Number.POSITIVE_INFINITY, 91]) {
      const place = parse({ locationMessage: { degreesLatitude: latitude, degreesLongitude: 0 } })
      assert.deepEqual(place?.content, { kind: 'unknown', type: 'locationMessage' })
    }
  })
})

suite('whatever arrives', () => {
  /** Everything the receiver does with a message before it is stored. */
  function handle(message: proto.Message): void {
    const parsed = parseContent(message)
    isChange(message)
    findMediaPart(message)
    if (parsed === undefined) return
    const { content } = parsed
    // What is told is stored as JSON and text.
    const json = JSON.stringify(content)
    assert.ok(!json.includes('\\u0000') && !/\\ud[89ab][0-9a-f]{2}/i.test(json), json.slice(0, 200))
    assert.ok(contentText(content).isWellFormed())
    assert.ok(messageTypeOf(content).length > 0 && contentMentions(content).length <= 1024)
  }

  test('random bytes that decode are handled', () => {
    let decoded = 0
    const property = fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      let message: proto.Message
      try {
        message = proto.Message.decode(bytes)
      } catch {
        return
      }
      decoded += 1
      handle(message)
    })
    fc.assert(property, { numRuns: 3000 })
    assert.ok(decoded > 20, String(decoded))
  })

  const anyScalar = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.uint8Array({ maxLength: 40 }),
  )
  const fieldNames = [
    ...['url', 'mimetype', 'caption', 'fileLength', 'seconds', 'width', 'height', 'fileName', 'title'],
    ...['ptt', 'gifPlayback', 'viewOnce', 'isAnimated', 'directPath', 'mediaKey', 'fileSha256'],
    ...['degreesLatitude', 'degreesLongitude', 'name', 'address', 'displayName', 'vcard', 'text'],
    ...['selectableOptionsCount', 'options', 'contacts', 'key', 'type', 'message', 'contextInfo'],
    ...['stanzaId', 'mentionedJid', 'quotedMessage', 'editedMessage', 'vote', 'encPayload', 'encIv'],
  ]
  const { value: anyValue } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, anyScalar, tie('object'), fc.array(tie('object'), { maxLength: 3 })),
    object: fc.dictionary(
      fc.oneof(fc.constantFrom(...fieldNames), fc.constantFrom(...contentNames)),
      tie('value'),
      { maxKeys: 5 },
    ),
  }))

  test('random messages of known and unknown fields are handled', () => {
    let built = 0
    const property = fc.property(
      fc.dictionary(fc.constantFrom(...contentNames), anyValue, { minKeys: 1, maxKeys: 3 }),
      (object) => {
        let message: proto.Message
        try {
          const bytes = proto.Message.encode(proto.Message.fromObject(object)).finish()
          message = proto.Message.decode(bytes)
        } catch {
          return
        }
        built += 1
        handle(message)
      },
    )
    fc.assert(property, { numRuns: 4000 })
    assert.ok(built > 500, String(built))
  })

  test('any address is taken apart', () => {
    const servers = ['s.whatsapp.net', 'c.us', 'lid', 'g.us', 'newsletter', 'broadcast', 'hosted', '']
    const jid = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.tuple(fc.string({ maxLength: 20 }), fc.constantFrom(...servers)).map((parts) => parts.join('@')),
    )
    const property = fc.property(jid, (text) => {
      const address = parseJid(text)
      if ('digits' in address) assert.match(address.digits, /^\d{1,30}$/)
      if ('chatId' in address) assert.match(address.chatId, /^\d[\d-]*@(g\.us|newsletter)$/)
    })
    fc.assert(property, { numRuns: 3000 })
  })

  test('huge fields and many of them are cut', () => {
    const long = 'x'.repeat(1_000_000)
    const text = parse({ extendedTextMessage: { text: long } })?.content
    assert.ok(text?.kind === 'text' && text.text.length === 65_536)
    const options = Array.from({ length: 5000 }, (_, index) => ({ optionName: `${index}` }))
    const poll = parse({ pollCreationMessage: { name: long, options } })?.content
    assert.ok(poll?.kind === 'poll' && poll.options.length === 100)
    const contacts = Array.from({ length: 5000 }, () => ({ displayName: 'n', vcard: 'v' }))
    const cards = parse({ contactsArrayMessage: { contacts } })?.content
    assert.ok(cards?.kind === 'vcard' && cards.vcards.length === 1000)
    const mentionedJid = Array.from({ length: 5000 }, () => '1@lid')
    const mentions = parse({ extendedTextMessage: { text: 'a', contextInfo: { mentionedJid } } })
    assert.equal(mentions?.mentionedJids.length, 1024)
  })
})
