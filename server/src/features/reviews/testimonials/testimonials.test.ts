import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import vm from 'node:vm'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { ReviewsWorld } from '../../../../test/reviews-world.ts'
import { shownName, withoutContactData } from './shown-text.ts'
import { widgetScript } from './widget-script.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

const hostile = `Great <script>alert(1)</script> & "perfect" 'love it', thank you </blockquote>`
const reachable = 'Excellent work, thank you! Call me: +44 7911 123456 or ada@example.com'

/** A tenant with approved reviews, one that is hidden and one that nobody approved. */
async function shown() {
  const world = await ReviewsWorld.open(app)
  await world.collector()
  const sayings = [
    { text: hostile, name: '<b>Ada</b> Brook' },
    { text: reachable, name: '+44 7911 123456' },
    { text: 'Perfect, hidden', name: 'Ben Castillo' },
    { text: 'Perfect, pending', name: 'Chen Wei' },
  ]
  for (const saying of sayings) await world.tell(saying)
  for (const review of await world.reviews()) {
    const { message_text: text } = review
    await world.api.patch(200, `/reviews/${review.id}`, {
      is_approved: !text.includes('pending'),
      is_hidden: text.includes('hidden'),
    })
  }
  return world
}

suite('exports', () => {
  test('JSON has what is approved and not hidden, and leads to nobody', async () => {
    const world = await shown()
    const { testimonials, total } = await world.api.get(200, '/reviews/testimonials/export')
    assert.equal(total, 2)
    assert.deepEqual(
      testimonials.map(({ contact_name: name, message_text: text }: Record<string, string>) => [name, text]),
      [
        [null, 'Excellent work, thank you! Call me: … or …'],
        ['<b>Ada</b> Brook', hostile],
      ],
    )
    assert.deepEqual(Object.keys(testimonials[0]).sort(), [
      'collected_at',
      'contact_name',
      'detected_language',
      'id',
      'message_text',
      'sentiment_score',
    ])
    const all = await world.api.get(200, '/reviews/testimonials/export?approved_only=False&format=json')
    assert.equal(all.total, 3)
    assert.doesNotMatch(JSON.stringify(all), /hidden/)
  })

  test('HTML is an attachment in which every value is escaped and nothing may run', async () => {
    const world = await shown()
    const { status, headers, text } = await world.api.call('GET', '/reviews/testimonials/export?format=html')
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.match(String(headers['content-disposition']), /^attachment; filename=".*\.html"$/)
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*sandbox/)
    assert.match(
      text,
      /Great &lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; &quot;perfect&quot; &#39;love it&#39;/,
    )
    assert.match(text, /<bdi>&lt;b&gt;Ada&lt;\/b&gt; Brook<\/bdi>/)
    assert.doesNotMatch(text, /<script|7911|example\.com|<b>|hidden|pending/)
  })

  test('CSV was withdrawn: 422', async () => {
    const world = await ReviewsWorld.open(app)
    assert.match((await world.api.get(422, '/reviews/testimonials/export?format=csv')).detail, /^format/)
  })

  test('many reviews come complete, in their order', async () => {
    const world = await ReviewsWorld.open(app)
    await world.collector()
    for (let n = 0; n < 230; n += 1) await world.say({ text: `Thank you, perfect, number ${n}.` })
    await app.runJobs()
    const { testimonials, total } = await world.api.get(200, '/reviews/testimonials/export?approved_only=0')
    assert.equal(total, 230)
    assert.equal(new Set(testimonials.map(({ id }: { id: string }) => id)).size, 230)
  })
})

suite('widgets', () => {
  const widgetOf = async (world: ReviewsWorld, body: object = {}) =>
    world.api.post(201, '/reviews/widgets', { name: 'Front page', ...body })
  const pathOf = (url: string) => new URL(url).pathname.replace('/api/v2', '')

  test('anybody reads what is approved, from any page, and may keep it for a while', async () => {
    const world = await shown()
    const widget = await widgetOf(world)
    const { status, headers, body } = await app.api.call('GET', pathOf(widget.url))
    assert.equal(status, 200)
    assert.deepEqual(
      body.reviews.map(({ name, text }: Record<string, string>) => [name, text]),
      [
        [null, 'Excellent work, thank you! Call me: … or …'],
        ['<b>Ada</b>', hostile],
      ],
    )
    assert.equal(body.total, 2)
    assert.deepEqual(Object.keys(body.reviews[0]).sort(), ['date', 'language', 'name', 'text'])
    assert.equal(headers['access-control-allow-origin'], '*')
    assert.equal(headers['cache-control'], 'public, max-age=300')
    const again = await app.api.call('GET', pathOf(widget.url), {
      headers: { 'if-none-match': String(headers['etag']) },
    })
    assert.deepEqual([again.status, again.text], [304, ''])
  })

  test('the page may be framed anywhere, loads nothing and runs nothing', async () => {
    const world = await shown()
    const widget = await widgetOf(world, { name_style: 'full' })
    const { headers, text } = await app.api.call('GET', pathOf(widget.page_url))
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /frame-ancestors \*/)
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy, /unsafe|script-src/)
    assert.notEqual(headers['x-frame-options'], 'DENY')
    assert.equal(headers['cross-origin-resource-policy'], 'cross-origin')
    assert.match(text, /&lt;script&gt;/)
    assert.doesNotMatch(text, /<script|style=|7911|hidden|pending/)
    assert.match(widget.iframe_html, /^<iframe src="http[^"<>]+\/page"[^<>]*><\/iframe>$/)
    assert.doesNotMatch(widget.iframe_html, /style=|on\w+=/)
  })

  test('only reviews of its collector, so many, with as much of a name as was said', async () => {
    const world = await shown()
    const other = await world.collector()
    const [empty, one, none] = [
      await widgetOf(world, { collector_id: other.id }),
      await widgetOf(world, { limit: 1 }),
      await widgetOf(world, { name_style: 'none' }),
    ]
    const read = async ({ url }: { url: string }) => (await app.api.get(200, pathOf(url))).reviews
    assert.deepEqual(await read(empty), [])
    assert.equal((await read(one)).length, 1)
    assert.deepEqual(
      (await read(none)).map(({ name }: { name: null }) => name),
      [null, null],
    )
  })

  test('a hidden review is gone at the next look; a deleted widget, an unknown token and one of another form are 404', async () => {
    const world = await shown()
    const widget = await widgetOf(world)
    const listed = await world.api.get(200, '/reviews/widgets')
    assert.deepEqual(listed, { widgets: [widget], total: 1 })
    const [review] = await world.reviews('?is_approved=true')
    await world.api.patch(200, `/reviews/${review.id}`, { is_hidden: true })
    assert.equal((await app.api.get(200, pathOf(widget.url))).reviews.length, 1)
    const stranger = await ReviewsWorld.open(app)
    await stranger.api.delete(404, `/reviews/widgets/${widget.id}`)
    await world.api.delete(200, `/reviews/widgets/${widget.id}`)
    for (const token of [widget.token, 'a'.repeat(32), `${widget.id}`])
      await app.api.get(404, `/reviews/public/${token}`)
    await app.api.get(404, `/reviews/public/${widget.token}/page`)
  })

  test('a plan that has reviews no longer shows none', async () => {
    const world = await shown()
    const widget = await widgetOf(world)
    await app.app.ctx.db.transaction((sql) =>
      sql.execute(`UPDATE tenants SET plan_id = 'free' WHERE id = '${world.tenant.id}'`),
    )
    app.clock.jump(61_000)
    assert.deepEqual(await app.api.get(200, pathOf(widget.url)), { reviews: [], total: 0 })
  })

  test('the script writes texts, never markup, and needs nothing that a strict policy forbids', async () => {
    const answer = await app.api.call('GET', '/reviews/public/script')
    assert.equal(answer.headers['content-type'], 'text/javascript; charset=utf-8')
    assert.equal(answer.headers['cross-origin-resource-policy'], 'cross-origin')
    assert.equal(answer.text, widgetScript)
    assert.doesNotMatch(
      widgetScript,
      /innerHTML|outerHTML|insertAdjacent|eval|Function\(|\.style|document\.write|\.on[a-z]+ ?=/,
    )
  })

  test('what the script writes is what may be shown, as plain elements', async () => {
    const world = await shown()
    const widget = await widgetOf(world)
    const placed = await runScript(widget.script_html)
    assert.deepEqual(
      placed.map(({ name, className }) => `${name}.${className}`),
      ['ul.moltflow-reviews'],
    )
    assert.deepEqual(textsOf(placed[0]), [
      'Excellent work, thank you! Call me: … or …',
      '2026-02-11',
      hostile,
      '<b>Ada</b>',
      ' ',
      '2026-02-11',
    ])
  })
})

/** As much of a page as the script uses. */
class PageElement {
  readonly name: string
  className = ''
  textContent: string | undefined
  readonly children: (PageElement | string)[] = []
  constructor(name: string) {
    this.name = name
  }
  append(...parts: (PageElement | string)[]): void {
    this.children.push(...parts)
  }
}

/** Runs the script as a page does that was given this element; answers what it put behind itself. */
async function runScript(html: string): Promise<PageElement[]> {
  const src = /src="([^"]+)"/.exec(html)?.[1] ?? ''
  const token = /data-moltflow-reviews="([^"]+)"/.exec(html)?.[1]
  const placed: PageElement[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const after = (element: PageElement) => {
    placed.push(element)
    resolve()
  }
  const document = {
    currentScript: { src, dataset: { moltflowReviews: token }, after },
    createElement: (name: string) => new PageElement(name),
  }
  const fetch = async (url: URL) => {
    const { status, body } = await app.api.call('GET', url.pathname.replace('/api/v2', ''))
    return { ok: status === 200, json: async () => body }
  }
  vm.runInNewContext(widgetScript, { document, fetch, URL })
  await promise
  return placed
}

function textsOf(element: PageElement | string | undefined): string[] {
  if (element === undefined) return []
  if (typeof element === 'string') return [element]
  const own = element.textContent === undefined ? [] : [element.textContent]
  return [...own, ...element.children.flatMap(textsOf)]
}

suite('what is shown of people', () => {
  test('names as short as wanted; a number is no name', () => {
    const cases: [string | null, 'full' | 'first' | 'initials' | 'none', string | null][] = [
      ['Ada Brook', 'full', 'Ada Brook'],
      ['Ada Brook', 'first', 'Ada'],
      ['Ada Brook', 'initials', 'A. B.'],
      ['👩‍🍳 Ada', 'initials', '👩‍🍳. A.'],
      ['Ada Brook', 'none', null],
      [null, 'full', null],
      ['  ', 'first', null],
      ['+44 7911 123456', 'full', null],
      ['0176 1234567', 'first', null],
    ]
    for (const [name, style, wanted] of cases)
      assert.equal(shownName(name, style), wanted, `${name} ${style}`)
  })

  test('numbers and addresses by which somebody is reached go, other figures stay', () => {
    assert.equal(
      withoutContactData('Ordered 2 cakes for 48.50 on 12.03.'),
      'Ordered 2 cakes for 48.50 on 12.03.',
    )
    assert.doesNotMatch(withoutContactData('Write to ada.brook@example.com'), /@/)
    assert.doesNotMatch(withoutContactData('Call 020 7946 0958 please, or +1 (555) 010-0199'), /\d{4}/)
  })
})
