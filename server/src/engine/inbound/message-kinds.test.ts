import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { proto as protocol } from 'baileys'
import { contentText, messageTypeOf } from '../content.ts'
import { proto } from '../library/library.ts'
import { findMediaPart, reduceToFile } from '../media/part.ts'
import { messageFields } from './message-fields.ts'
import { isChange } from './parse-change.ts'
import { parseContent } from './parse-content.ts'

type Field = keyof protocol.IMessage
/** What a message of the field is: a type of the contract with its text, an envelope of one, or none. */
type Expected = { type: string; text: string } | 'envelope' | 'nothing' | 'unknown'
type Row = [sample: unknown, expected: Expected]

const text = (value: string): Expected => ({ type: 'text', text: value })
const shown = (type: string, value = ''): Expected => ({ type, text: value })
const key = { remoteJid: '15550001@s.whatsapp.net', fromMe: false, id: '3EB0AA' }
const words = (value: string): protocol.IMessage => ({ extendedTextMessage: { text: value } })
const sealed = { targetMessageKey: key, encPayload: new Uint8Array(16), encIv: new Uint8Array(12) }
const poll = { name: 'Lunch?', options: [{ optionName: 'Soup' }], selectableOptionsCount: 1 }
const envelope: Row = [{ message: words('inside') }, 'envelope']
const money = { value: 1250, offset: 100, currencyCode: 'EUR' }
const result = {
  name: 'Lunch?',
  pollVotes: [
    { optionName: 'Soup', optionVoteCount: 3 },
    { optionName: 'Salad', optionVoteCount: 0 },
  ],
}

/** Every field of the protocol's message, as the installed library defines it. */
const rows: Record<Field, Row> = {
  conversation: ['Hello', text('Hello')],
  extendedTextMessage: [{ text: 'Hello' }, text('Hello')],
  imageMessage: [{ mimetype: 'image/png', caption: 'Look' }, shown('image', 'Look')],
  videoMessage: [{ caption: 'Play' }, shown('video', 'Play')],
  ptvMessage: [{ seconds: 3 }, shown('video')],
  audioMessage: [{ ptt: true }, shown('voice')],
  documentMessage: [{ fileName: 'a.pdf', caption: 'Read' }, shown('document', 'Read')],
  stickerMessage: [{ mimetype: 'image/webp' }, shown('sticker')],
  locationMessage: [{ degreesLatitude: 1, degreesLongitude: 2, name: 'Here' }, shown('location', 'Here')],
  liveLocationMessage: [
    { degreesLatitude: 1, degreesLongitude: 2, caption: 'On my way' },
    shown('location', 'On my way'),
  ],
  contactMessage: [{ displayName: 'Ann', vcard: 'BEGIN:VCARD' }, shown('vcard', 'Ann')],
  contactsArrayMessage: [
    { contacts: [{ displayName: 'Ann' }, { displayName: 'Ben' }] },
    shown('vcard', 'Ann, Ben'),
  ],
  pollCreationMessage: [poll, shown('poll', 'Lunch?')],
  pollCreationMessageV2: [poll, shown('poll', 'Lunch?')],
  pollCreationMessageV3: [poll, shown('poll', 'Lunch?')],
  pollCreationMessageV4: envelope,
  pollCreationMessageV5: [poll, shown('poll', 'Lunch?')],
  reactionMessage: [{ key, text: '👍' }, shown('reaction', '👍')],

  buttonsResponseMessage: [
    { selectedButtonId: 'yes', selectedDisplayText: 'Yes, please' },
    text('Yes, please'),
  ],
  listResponseMessage: [
    { title: 'Large', description: 'for four', singleSelectReply: { selectedRowId: 'l' } },
    text('Large'),
  ],
  templateButtonReplyMessage: [{ selectedId: 'stop', selectedDisplayText: 'STOP' }, text('STOP')],
  interactiveResponseMessage: [
    { body: { text: 'Tomorrow' }, nativeFlowResponseMessage: { paramsJson: '{"id":"t"}' } },
    text('Tomorrow'),
  ],
  statusQuestionAnswerMessage: [{ key, text: 'Blue' }, text('Blue')],
  questionResponseMessage: [{ key, text: 'Green' }, text('Green')],

  buttonsMessage: [
    {
      text: 'Your order',
      contentText: 'Is this right?',
      footerText: 'Shop',
      buttons: [{ buttonId: 'y', buttonText: { displayText: 'Yes' } }],
    },
    text('Your order\nIs this right?\nShop'),
  ],
  listMessage: [
    {
      title: 'Sizes',
      description: 'Choose one',
      buttonText: 'Open',
      footerText: 'Shop',
      sections: [{ title: 'All' }],
    },
    text('Sizes\nChoose one\nShop'),
  ],
  templateMessage: [
    {
      hydratedTemplate: {
        hydratedTitleText: 'Reminder',
        hydratedContentText: 'Your appointment is tomorrow',
        hydratedFooterText: 'Reply STOP to end',
      },
    },
    text('Reminder\nYour appointment is tomorrow\nReply STOP to end'),
  ],
  highlyStructuredMessage: [
    {
      elementName: 'welcome',
      params: ['Ann'],
      localizableParams: [{ default: 'Ann' }, { default: '5 May' }],
    },
    text('Ann 5 May'),
  ],
  interactiveMessage: [
    {
      header: { title: 'Sale', subtitle: 'today' },
      body: { text: 'All for half' },
      footer: { text: 'Shop' },
    },
    text('Sale\ntoday\nAll for half\nShop'),
  ],
  productMessage: [
    {
      product: { title: 'Lamp', description: 'Bright', currencyCode: 'EUR', priceAmount1000: 12_500 },
      body: 'Still wanted?',
      footer: 'Shop',
    },
    text('Lamp\nBright\nEUR 12.50\nStill wanted?\nShop'),
  ],
  orderMessage: [
    {
      orderTitle: 'Lamp shop',
      message: 'For Friday',
      itemCount: 2,
      totalAmount1000: 25_000,
      totalCurrencyCode: 'EUR',
    },
    text('Lamp shop\nFor Friday\n2 items\nEUR 25.00'),
  ],
  invoiceMessage: [{ note: 'Invoice 7', token: 'x' }, text('Invoice 7')],
  sendPaymentMessage: [{ noteMessage: words('For the pizza') }, text('For the pizza')],
  requestPaymentMessage: [
    { noteMessage: words('For the pizza'), currencyCodeIso4217: 'EUR', amount1000: 12_500 },
    text('EUR 12.50\nFor the pizza'),
  ],
  declinePaymentRequestMessage: [{ key }, text('Payment request declined')],
  cancelPaymentRequestMessage: [{ key }, text('Payment request cancelled')],
  paymentInviteMessage: [{ serviceType: 1 }, text('Payment invitation')],

  groupInviteMessage: [
    { groupJid: '1@g.us', inviteCode: 'x', groupName: 'Neighbours', caption: 'Come in' },
    text('Neighbours\nCome in'),
  ],
  newsletterAdminInviteMessage: [{ newsletterName: 'News', caption: 'Help me' }, text('News\nHelp me')],
  newsletterFollowerInviteMessageV2: [{ newsletterName: 'News', caption: 'Follow' }, text('News\nFollow')],
  eventMessage: [
    {
      name: 'Party',
      description: 'Bring cake',
      location: { name: 'My place', address: 'Hill Road 5' },
      startTime: 1_770_804_000,
      joinLink: 'https://call.example/1',
    },
    text('Party\n2026-02-11 10:00 UTC\nMy place\nHill Road 5\nBring cake\nhttps://call.example/1'),
  ],
  scheduledCallCreationMessage: [
    { title: 'Planning', scheduledTimestampMs: 1_770_804_000_500 },
    text('Planning\n2026-02-11 10:00 UTC'),
  ],
  bcallMessage: [{ caption: 'Listen in' }, text('Listen in')],
  pollResultSnapshotMessage: [result, text('Lunch?\nSoup: 3\nSalad: 0')],
  pollResultSnapshotMessageV3: [result, text('Lunch?\nSoup: 3\nSalad: 0')],
  stickerPackMessage: [{ name: 'Cats', publisher: 'Ann', caption: 'Meow' }, text('Cats\nAnn\nMeow')],
  statusQuotedMessage: [{ text: 'As I said' }, text('As I said')],
  richResponseMessage: [
    { submessages: [{ messageText: 'First' }, { messageText: 'Second' }] },
    text('First\nSecond'),
  ],

  ephemeralMessage: envelope,
  viewOnceMessage: envelope,
  viewOnceMessageV2: envelope,
  viewOnceMessageV2Extension: envelope,
  documentWithCaptionMessage: envelope,
  editedMessage: envelope,
  groupMentionedMessage: envelope,
  botInvokeMessage: envelope,
  lottieStickerMessage: envelope,
  commentMessage: envelope,
  statusMentionMessage: envelope,
  associatedChildMessage: envelope,
  groupStatusMentionMessage: envelope,
  statusAddYours: envelope,
  groupStatusMessage: envelope,
  limitSharingMessage: envelope,
  botTaskMessage: envelope,
  questionMessage: envelope,
  groupStatusMessageV2: envelope,
  botForwardedMessage: envelope,
  questionReplyMessage: envelope,
  deviceSentMessage: envelope,

  messageContextInfo: [{ messageSecret: new Uint8Array(32) }, 'nothing'],
  senderKeyDistributionMessage: [{ groupId: '1@g.us' }, 'nothing'],
  fastRatchetKeySenderKeyDistributionMessage: [{ groupId: '1@g.us' }, 'nothing'],
  protocolMessage: [{ type: 3, ephemeralExpiration: 86_400 }, 'nothing'],
  pollUpdateMessage: [{ pollCreationMessageKey: key }, 'nothing'],
  encReactionMessage: [sealed, 'nothing'],
  secretEncryptedMessage: [{ ...sealed, secretEncType: 1 }, 'nothing'],
  encEventResponseMessage: [{ eventCreationMessageKey: key }, 'nothing'],
  encCommentMessage: [sealed, 'nothing'],
  albumMessage: [{ expectedImageCount: 3, expectedVideoCount: 1 }, 'nothing'],
  pinInChatMessage: [{ key, type: 1 }, 'nothing'],
  keepInChatMessage: [{ key, keepType: 1 }, 'nothing'],
  scheduledCallEditMessage: [{ key, editType: 1 }, 'nothing'],
  callLogMesssage: [{ isVideo: true }, 'nothing'],
  call: [{ callKey: new Uint8Array(4) }, 'nothing'],
  eventCoverImage: [{ message: { imageMessage: {} } }, 'nothing'],
  pollCreationOptionImageMessage: [{ message: { imageMessage: {} } }, 'nothing'],
  stickerSyncRmrMessage: [{ filehash: ['x'] }, 'nothing'],
  messageHistoryBundle: [{ mimetype: 'x/y' }, 'nothing'],
  messageHistoryNotice: [{}, 'nothing'],
  statusNotificationMessage: [{ responseMessageKey: key }, 'nothing'],
  statusStickerInteractionMessage: [{ key, stickerKey: 'x' }, 'nothing'],

  chat: [{ displayName: 'Ann', id: '1' }, 'unknown'],
  requestPhoneNumberMessage: [{}, 'unknown'],
  placeholderMessage: [{ type: 0 }, 'unknown'],
}

/** The content of a message as the wire carries it. */
function parse(message: object) {
  return parseContent(proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish()))
}

suite('every field of the protocol', () => {
  /** Every field a message may have. */
  const fields = Object.entries(proto.Message.prototype).flatMap(([name, value]) =>
    value === null ? [name] : [],
  )

  test('is in the table: with a new library a new field is added knowingly', () => {
    assert.ok(fields.length > 90)
    assert.deepEqual(Object.keys(rows).toSorted(), fields.toSorted())
  })

  for (const field of fields as Field[]) {
    const [sample, expected] = rows[field] ?? [{}, 'unknown']
    test(`${field}: ${typeof expected === 'string' ? expected : expected.type}`, () => {
      const parsed = parse({ [field]: sample })
      if (expected === 'nothing') return assert.equal(parsed, undefined)
      assert.ok(parsed)
      if (expected === 'unknown') return assert.deepEqual(parsed.content, { kind: 'unknown', type: field })
      const wanted = expected === 'envelope' ? { type: 'text', text: 'inside' } : expected
      const { content } = parsed
      assert.deepEqual({ type: messageTypeOf(content), text: contentText(content) }, wanted)
    })
  }

  test('what is nothing or unknown says why', () => {
    for (const [field, rule] of Object.entries(messageFields)) {
      const [, expected] = rows[field as Field]
      assert.equal(rule.as, typeof expected === 'string' ? expected : 'message', field)
      if (rule.as !== 'message') assert.match(rule.why, /\w+ \w+/, field)
    }
  })

  test('what holds nothing that could be shown is unknown instead of an empty text', () => {
    const always = new Set([
      'conversation',
      'extendedTextMessage',
      'sendPaymentMessage',
      'requestPaymentMessage',
    ])
    always.add('declinePaymentRequestMessage').add('cancelPaymentRequestMessage').add('paymentInviteMessage')
    for (const field of fields as Field[]) {
      const [, expected] = rows[field]
      if (typeof expected === 'string' || expected.type !== 'text' || always.has(field)) continue
      assert.deepEqual(parse({ [field]: {} })?.content, { kind: 'unknown', type: field })
    }
  })
})

suite('answers', () => {
  const answers: [string, object, string][] = [
    ['a button without words is its id', { buttonsResponseMessage: { selectedButtonId: 'yes' } }, 'yes'],
    ['a button of a template too', { templateButtonReplyMessage: { selectedId: 'no' } }, 'no'],
    [
      'a row without a title is its description',
      { listResponseMessage: { description: 'for four' } },
      'for four',
    ],
    ['and without one its id', { listResponseMessage: { singleSelectReply: { selectedRowId: 'l' } } }, 'l'],
    ['a row of a native flow', flow({ id: 'row', title: 'Large' }), 'Large'],
    ['a quick reply', flow({ id: 'qr', display_text: 'Yes' }), 'Yes'],
    ['an id alone', flow({ id: 'qr' }), 'qr'],
    [
      'a form',
      flow({ flow_token: 'secret', name: 'Ann', people: 4, vegan: true }),
      'name: Ann\npeople: 4\nvegan: true',
    ],
  ]
  function flow(params: object): object {
    return {
      interactiveResponseMessage: { nativeFlowResponseMessage: { paramsJson: JSON.stringify(params) } },
    }
  }
  for (const [name, message, expected] of answers) {
    test(name, () =>
      assert.equal(contentText(parse(message)?.content ?? { kind: 'unknown', type: '' }), expected),
    )
  }

  test('say what they answer, also where the question is not repeated', () => {
    for (const field of ['buttonsResponseMessage', 'listResponseMessage', 'templateButtonReplyMessage']) {
      const answer = {
        selectedId: 'a',
        selectedButtonId: 'a',
        title: 'a',
        contextInfo: { stanzaId: '3EB0CC' },
      }
      assert.equal(parse({ [field]: answer })?.quotedWaMessageId, '3EB0CC', field)
    }
  })

  test('parameters that are no JSON, no object or too large break nothing', () => {
    for (const paramsJson of ['', '{', 'null', '[1]', '"x"', `{"id":"${'x'.repeat(70_000)}"}`]) {
      const content = parse({
        interactiveResponseMessage: { nativeFlowResponseMessage: { paramsJson } },
      })?.content
      assert.ok(content?.kind === 'unknown' || content?.kind === 'text', paramsJson.slice(0, 20))
    }
  })
})

suite('what businesses send', () => {
  const file = {
    mimetype: 'image/png',
    mediaKey: new Uint8Array(32).fill(1),
    directPath: '/v/t62',
    fileSha256: new Uint8Array(32).fill(2),
  }
  const row = { hydratedContentText: 'Your parcel', imageMessage: file }
  const withPicture: Record<string, object> = {
    buttons: { buttonsMessage: { contentText: 'Your parcel', imageMessage: file } },
    'a template': { templateMessage: { hydratedFourRowTemplate: row } },
    'another template': { templateMessage: { hydratedTemplate: row } },
    'an interactive message': {
      interactiveMessage: { header: { imageMessage: file }, body: { text: 'Your parcel' } },
    },
    'an interactive template': {
      templateMessage: {
        interactiveMessageTemplate: { header: { imageMessage: file }, body: { text: 'Your parcel' } },
      },
    },
  }
  for (const [name, message] of Object.entries(withPicture)) {
    test(`a picture on top of ${name} is got like any other, the text is its caption`, () => {
      const content = parse(message)?.content
      assert.ok(content?.kind === 'image' && content.caption === 'Your parcel', content?.kind)
      const whole = proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish())
      assert.equal(findMediaPart(whole)?.directPath, '/v/t62')
      const reduced = reduceToFile(proto.Message.encode(whole).finish())
      assert.deepEqual(findMediaPart(proto.Message.decode(reduced)), findMediaPart(whole))
    })
  }

  test('older templates, carousels, orders and payees without a text are read', () => {
    const older = {
      fourRowTemplate: {
        content: { params: ['Hello', 'Ann'] },
        footer: { hydratedHsm: { hydratedTemplate: { hydratedContentText: 'Bye' } } },
      },
    }
    const flowOf = (params: object) => ({
      interactiveMessage: { nativeFlowMessage: { buttons: [{ buttonParamsJson: JSON.stringify(params) }] } },
    })
    const cases: [object, string][] = [
      [{ templateMessage: older }, 'Hello Ann\nBye'],
      [
        {
          interactiveMessage: {
            carouselMessage: { cards: [{ body: { text: 'One' } }, { header: { title: 'Two' } }] },
          },
        },
        'One\nTwo',
      ],
      [
        flowOf({
          order: { items: [{ name: 'Lamp' }] },
          total_amount: { value: 1250, offset: 100 },
          currency: 'BRL',
        }),
        'Lamp\nBRL 12.50',
      ],
      [flowOf({ payment_settings: [{ pix_static_code: { merchant_name: 'Ann', key: 'k-1' } }] }), 'Ann\nk-1'],
      [{ requestPaymentMessage: { amount: money } }, 'EUR 12.50\nPayment request'],
      [
        { productMessage: { catalog: { title: 'All lamps', description: 'Bright ones' } } },
        'All lamps\nBright ones',
      ],
    ]
    for (const [message, expected] of cases) {
      assert.equal(contentText(parse(message)?.content ?? { kind: 'unknown', type: '' }), expected)
    }
  })

  test('endless nesting and thousands of cards end', () => {
    let interactive: object = { body: { text: 'deep' } }
    for (let depth = 0; depth < 30; depth += 1) interactive = { carouselMessage: { cards: [interactive] } }
    assert.equal(parse({ interactiveMessage: interactive })?.content.kind, 'unknown')
    const cards = Array.from({ length: 5000 }, (_, index) => ({ body: { text: `card ${index}` } }))
    const content = parse({ interactiveMessage: { carouselMessage: { cards } } })?.content
    assert.ok(content?.kind === 'text' && content.text.split('\n').length === 30)
  })
})

suite('pictures that belong together', () => {
  const { AssociationType } = proto.MessageAssociation
  const childOf = (associationType: number) => ({
    associatedChildMessage: { message: { imageMessage: { caption: 'Look' } } },
    messageContextInfo: { messageAssociation: { associationType, parentMessageKey: key } },
  })

  test('those of an album are messages of their own', () => {
    assert.equal(parse(childOf(AssociationType.MEDIA_ALBUM))?.content.kind, 'image')
  })

  test('the same picture once more in full quality, and parts of other messages, are none', () => {
    for (const type of [
      'HD_IMAGE_DUAL_UPLOAD',
      'HD_VIDEO_DUAL_UPLOAD',
      'EVENT_COVER_IMAGE',
      'MOTION_PHOTO',
    ] as const) {
      assert.equal(parse(childOf(AssociationType[type])), undefined, type)
    }
  })

  test('an edit that is sealed or open is a change, not a message', () => {
    const edit = { ...sealed, secretEncType: 2 }
    assert.equal(isChange({ secretEncryptedMessage: edit }), true)
    assert.equal(
      isChange(proto.Message.fromObject({ protocolMessage: { key, type: 14, editedMessage: words('x') } })),
      true,
    )
    assert.equal(isChange({ secretEncryptedMessage: { ...edit, secretEncType: 1 } }), false)
  })
})
