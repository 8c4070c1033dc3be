import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { kindOfFile } from '../src/areas/inbox/composer/attachments.ts'
import { obstacleTo } from '../src/areas/inbox/composer/sendability.ts'
import { readInboxAddress } from '../src/areas/inbox/search.ts'
import type { Message, Session } from '../src/areas/inbox/shapes.ts'
import { isKnownKind } from '../src/areas/inbox/thread/kind-words.ts'
import { placeOf } from '../src/areas/inbox/thread/runs.ts'
import { readCard } from '../src/areas/inbox/thread/vcard.ts'
import { readInline, readText } from '../src/kit/whatsapp-text.ts'

const area = join(import.meta.dirname, '../src/areas/inbox')
const dayInLisbon = (moment: string) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Lisbon', dateStyle: 'short' }).format(new Date(moment))

function message(wa_timestamp: string, more: Partial<Message> = {}): Message {
  const plain = { direction: 'inbound', sender_phone: '+1', sender_name: null, status: 'received' }
  return { ...plain, edited_at: null, reactions: [], wa_timestamp, ...more } as Message
}

suite('texts of WhatsApp', () => {
  test('marks are drawn where the apps draw them, and nowhere else', () => {
    assert.deepEqual(readInline('*a _b_* ~c~ `d*e*`'), [
      {
        kind: 'bold',
        children: [
          { kind: 'text', text: 'a ' },
          { kind: 'italic', children: [{ kind: 'text', text: 'b' }] },
        ],
      },
      { kind: 'text', text: ' ' },
      { kind: 'strike', children: [{ kind: 'text', text: 'c' }] },
      { kind: 'text', text: ' ' },
      { kind: 'code', text: 'd*e*' },
    ])
    for (const plain of ['2*3*4', 'snake_case_name', '* not *', '**', '*', 'a * b', '~', '3 * 4 = 12 * 1']) {
      assert.deepEqual(readInline(plain), [{ kind: 'text', text: plain }], plain)
    }
  })

  test('addresses are links without the full stop behind them, and underscores in them are no marks', () => {
    const nodes = readInline('See https://example.com/a_b_c?x=1. And www.example.org!')
    assert.deepEqual(
      nodes.filter((node) => node.kind === 'link'),
      [
        { kind: 'link', text: 'https://example.com/a_b_c?x=1', href: 'https://example.com/a_b_c?x=1' },
        { kind: 'link', text: 'www.example.org', href: 'https://www.example.org' },
      ],
    )
    const hostile = readInline('javascript:alert(1) data:text/html,x')
    assert.ok(hostile.every(({ kind }) => kind === 'text'))
  })

  test('quotes, lists and blocks of code', () => {
    const kinds = readText('> said\n- one\n2. two\nplain\n```\nlet a = 1\n```').map(({ kind }) => kind)
    assert.deepEqual(kinds, ['quote', 'item', 'item', 'line', 'code'])
    assert.deepEqual(readText('```open'), [{ kind: 'line', children: [{ kind: 'text', text: '```open' }] }])
  })

  test('64 KB of one sign take no time', () => {
    for (const sign of ['*', '_ ', '*a', '`', 'http://', '> ', '*_~', '*a ', '_x_ ']) {
      const text = sign.repeat(65_536 / sign.length)
      const before = process.threadCpuUsage()
      readText(text)
      const { user, system } = process.threadCpuUsage(before)
      assert.ok(user + system < 500_000, `${sign}: ${user + system} µs`)
    }
  })
})

suite('runs of messages', () => {
  const at = (minute: number) => `2026-07-01T10:${String(minute).padStart(2, '0')}:00Z`

  test('what one person writes within minutes has one line of time; another person, state or pause begins anew', () => {
    const [first, second] = [message(at(0)), message(at(1))]
    assert.deepEqual(placeOf(first, undefined, second, true, dayInLisbon), {
      isNewDay: true,
      isStart: true,
      hasLine: false,
    })
    assert.deepEqual(placeOf(second, first, undefined, false, dayInLisbon), {
      isNewDay: false,
      isStart: false,
      hasLine: true,
    })
    const others = [
      message(at(2), { direction: 'outbound', status: 'sent' }),
      message(at(2), { sender_phone: '+2' }),
      message(at(20)),
    ]
    for (const other of others) assert.equal(placeOf(second, first, other, false, dayInLisbon).hasLine, true)
    const failed = message(at(1), { direction: 'outbound', status: 'failed' })
    assert.equal(placeOf(failed, undefined, { ...failed }, false, dayInLisbon).hasLine, true)
  })

  test('days change at midnight of the tenant, not of UTC', () => {
    const [before, after] = [message('2026-07-01T22:59:00Z'), message('2026-07-01T23:01:00Z')]
    assert.equal(placeOf(after, before, undefined, false, dayInLisbon).isNewDay, true)
    const [winter, later] = [message('2026-01-01T23:58:00Z'), message('2026-01-01T23:59:00Z')]
    assert.equal(placeOf(later, winter, undefined, false, dayInLisbon).isNewDay, false)
  })
})

suite('what stands in the way of writing', () => {
  const working = {
    status: 'working',
    limits: { reach_out_locked_until: null, is_message_capped: false, message_cap_until: null },
  } as unknown as Session
  const warm = { is_group: false, last_inbound_at: '2026-01-01T00:00:00Z' }
  const cold = { is_group: false, last_inbound_at: null }
  const none = { isOptedOut: false, usage: undefined }
  const locked = { ...working, limits: { ...working.limits, reach_out_locked_until: '2026-01-01T18:40:00Z' } }

  test('a session that is down, whatever its state', () => {
    for (const status of ['failed', 'stopped', 'starting', 'qr_code'] as const) {
      const obstacle = obstacleTo({ session: { ...working, status }, chat: warm, ...none })
      assert.deepEqual(obstacle, { isBarrier: true, reason: `session_${status}` })
    }
    assert.equal(obstacleTo({ session: working, chat: warm, ...none }), undefined)
  })

  test('a lock or cap of WhatsApp bars first messages, never answers or groups', () => {
    assert.equal(obstacleTo({ session: locked, chat: cold, ...none })?.reason, 'reach_out_locked')
    assert.equal(obstacleTo({ session: locked, chat: warm, ...none }), undefined)
    assert.equal(obstacleTo({ session: locked, chat: { ...cold, is_group: true }, ...none }), undefined)
    const capped = { ...working, limits: { ...working.limits, is_message_capped: true } }
    assert.equal(obstacleTo({ session: capped, chat: cold, ...none })?.reason, 'message_capped')
  })

  test('a used-up plan bars, an opt-out only says so', () => {
    const usage = { messages_sent: 10, limit_messages: 10 }
    assert.equal(obstacleTo({ session: working, chat: warm, ...none, usage })?.isBarrier, true)
    assert.equal(
      obstacleTo({ session: working, chat: warm, ...none, usage: { ...usage, limit_messages: null } }),
      undefined,
    )
    const obstacle = obstacleTo({ session: working, chat: warm, isOptedOut: true, usage: undefined })
    assert.deepEqual(obstacle, { isBarrier: false, reason: 'opted_out' })
  })
})

suite('the rest', () => {
  test('every kind that the server stores has a word in every language, or is shown as unknown', () => {
    const types = readFileSync(join(import.meta.dirname, '../../server/src/engine/content.ts'), 'utf8')
    const [, union = ''] = /export type MessageType =([\s\S]*?)\n\n/.exec(types) ?? []
    const kinds = [...union.matchAll(/'(\w+)'/g)].map(([, kind]) => kind ?? '')
    assert.ok(kinds.length > 10)
    const drawnOtherwise = new Set(['text', 'reaction', 'unknown'])
    for (const file of readdirSync(join(area, 'messages'))) {
      const words = JSON.parse(readFileSync(join(area, 'messages', file), 'utf8')) as Record<string, string>
      for (const kind of kinds.filter((name) => !drawnOtherwise.has(name))) {
        assert.ok(isKnownKind(kind), kind)
        assert.ok(words[`kind.${kind}`], `${kind} in ${file}`)
      }
      assert.ok(words['kind.unknown_text'])
    }
  })

  test('files go as what phones show, else as documents', () => {
    const cases = {
      'image/jpeg': 'image',
      'image/gif': 'gif',
      'image/svg+xml': 'document',
      'video/mp4': 'video',
    }
    for (const [type, kind] of Object.entries(cases)) assert.equal(kindOfFile(type), kind)
    for (const [type, kind] of [
      ['video/quicktime', 'document'],
      ['audio/mpeg', 'audio'],
      ['', 'document'],
    ] as const) {
      assert.equal(kindOfFile(type), kind)
    }
  })

  test('contact cards of every phone give numbers', () => {
    const card =
      'BEGIN:VCARD\r\nitem1.TEL;waid=15550100777:+1 555\r\n 010\r\nTEL;TYPE=CELL:tel:+44 20\r\nORG:Trees;North\r\nEND:VCARD'
    assert.deepEqual(readCard(card), {
      phones: ['+15550100777', '+44 20'],
      emails: [],
      organisation: 'Trees, North',
    })
    assert.deepEqual(readCard('nothing'), { phones: [], emails: [], organisation: undefined })
  })

  test('an address with nonsense shows the whole list', () => {
    assert.deepEqual(readInboxAddress({ show: 'all', kind: 7, session: '', q: 'Ada', else: 1 }), { q: 'Ada' })
  })
})
