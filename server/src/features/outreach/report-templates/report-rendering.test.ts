import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { countCharacters } from '../../../platform/characters.ts'
import type { ReportContent } from './report-content.schema.ts'
import { renderPage } from './report-page.service.ts'
import { renderText } from './report-text.service.ts'

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><style>@import "//evil.example"</style>',
  '&lt;b&gt; &amp;',
  '*bold* _it_ ~gone~ ```code```',
  'line\r\nbreak\u2028and\u0000more',
  'exe.\u202egnp\u2066x',
  '😀'.repeat(300),
  '{{name}} $& $1',
]

function contentOf(rows: number, overrides: Partial<ReportContent> = {}): ReportContent {
  const names = Array.from({ length: rows }, (_, index) => hostile[index % hostile.length] ?? '')
  return {
    template_id: 'vip_contacts',
    title: 'VIP Contacts',
    generated_at: '2026-03-29T02:00:05Z',
    timezone: 'Europe/Berlin',
    period: { from: '2026-03-28T02:00:00Z', to: '2026-03-29T02:00:00Z', days: 1 },
    has_data: true,
    figures: [
      { key: 'messages', label: 'Messages', unit: 'count', value: 1_234_567 },
      { key: 'rate', label: 'Read', unit: 'rate', value: 0.12345 },
      { key: 'none', label: 'Nothing', unit: 'rate', value: null },
      { key: 'wait', label: 'Wait', unit: 'seconds', value: 93_784 },
      { key: 'plan', label: 'Plan', unit: 'text', value: '<i>Pro</i>' },
    ],
    series: [
      {
        key: 'received',
        title: 'Received',
        interval: 'hour',
        points: [
          { at: '2026-03-28T03:00', value: 0 },
          { at: '2026-03-28T04:00', value: 8 },
          { at: '2026-03-28T05:00', value: 3 },
        ],
      },
    ],
    tables: [
      {
        key: 'contacts',
        title: 'Contacts',
        columns: [
          { key: 'name', label: 'Name', unit: 'text' },
          { key: 'phone', label: 'Phone', unit: 'phone' },
          { key: 'count', label: 'Messages', unit: 'count' },
          { key: 'last', label: 'Last', unit: 'timestamp' },
        ],
        rows: names.map((name) => ({ name, phone: '+15550123456', count: 3, last: '2026-03-29T00:59:00Z' })),
        total: rows + 12,
      },
    ],
    notes: ['A note.'],
    ...overrides,
  }
}

suite('a report as text', () => {
  test('is read on a phone: bold title, figures, bars, rows, moments of the zone across a clock change', () => {
    const content = contentOf(1, { figures: contentOf(0).figures.slice(0, 4) })
    content.tables[0]?.rows.splice(0, 1, { name: 'Ann', phone: null, count: 3, last: '2026-03-29T00:59:00Z' })
    assert.equal(
      renderText(content, 'My best'),
      [
        '*VIP Contacts*',
        'My best',
        '2026-03-28 03:00 to 2026-03-29 04:00 (Europe/Berlin)',
        '',
        'Messages: *1,234,567*',
        'Read: *12.3 %*',
        'Nothing: *–*',
        'Wait: *1 d 2 h*',
        '',
        'Received: most 8 at 2026-03-28 04:00',
        '▁█▄',
        '',
        '*Contacts*',
        '• Ann · messages 3 · last 2026-03-29 01:59',
        '… and 12 more',
        '',
        'A note.',
      ].join('\n'),
    )
  })

  test('stays below 4,096 characters, whatever it is made of, and says when it was cut', () => {
    const table = contentOf(50).tables[0]
    assert.ok(table)
    const content = contentOf(50, { tables: Array.from({ length: 40 }, () => table) })
    const text = renderText(content, '🎉'.repeat(255))
    assert.ok(countCharacters(text) < 4096, String(countCharacters(text)))
    assert.match(text, /… the rest is in the dashboard$/)
    assert.ok(countCharacters(renderText(contentOf(50), 'x')) < 4096)
  })

  test('names neither format, break lines nor turn the direction of what follows', () => {
    const lines = renderText(contentOf(hostile.length), 'a*b*\nc').split('\n')
    assert.equal(lines[1], 'a∗b∗ c')
    const rows = lines.filter((line) => line.startsWith('• '))
    assert.equal(rows.length, hostile.length)
    for (const row of rows) assert.doesNotMatch(row, /[*_~`\p{Cc}\u2028\u202a-\u202e\u2066-\u2069]/u)
    assert.match(rows[9] ?? '', /\{\{name\}\} \$& \$1/)
    assert.match(rows[8] ?? '', /^• (😀){60}… · /)
  })
})

suite('a report as a page', () => {
  const page = renderPage(contentOf(hostile.length), '</title><script>alert(2)</script>')

  test('escapes what others chose: no tag, attribute or style comes from a name', () => {
    const tags = new Set([...page.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag?.toLowerCase()))
    for (const tag of ['script', 'img', 'i', 'iframe', 'link']) assert.ok(!tags.has(tag), tag)
    assert.equal(page.match(/<style>/g)?.length, 1)
    assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
    assert.match(page, /&lt;\/title&gt;&lt;script&gt;alert\(2\)/)
    assert.match(page, /&amp;lt;b&amp;gt; &amp;amp;/)
    assert.doesNotMatch(page, /<[^>]*\son[a-z]+=/i)
    assert.doesNotMatch(page, /[\u202a-\u202e\u2066-\u2069]/)
  })

  test('loads nothing, runs nothing and can be printed', () => {
    assert.doesNotMatch(page, /<[^>]*(?:src|href)=|url\(|<link|<script/i)
    assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/)
    assert.match(page, /@media print/)
    assert.match(
      page,
      /<svg role="img" aria-label="Received by hour, 2026-03-28 03:00 to 2026-03-28 05:00, at most 8"/,
    )
    assert.match(page, /2026-03-29 01:59/)
    assert.match(page, /The first 10 of 22\./)
  })

  test('an empty report is a page, too', () => {
    const empty = contentOf(0, { figures: [], series: [], notes: [] })
    assert.match(renderPage(empty, 'Empty'), /Nothing to show\./)
    assert.match(renderText({ ...empty, tables: [] }, 'Empty'), /^\*VIP Contacts\*\nEmpty\n/)
  })
})
