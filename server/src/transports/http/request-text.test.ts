import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createTestApp, type TestApp, type TestTenant } from '../../../test/harness.ts'
import { createSampleServer, sampleId } from '../../../test/sample-server.ts'

type Sample = Awaited<ReturnType<typeof createSampleServer>>

const nul = '\\u0000'
const half = '\\ud83d'

describe('what a request is written in', () => {
  let sample: Sample
  let origin: string

  before(async () => {
    sample = await createSampleServer({
      streams: [
        {
          id: 'things.events',
          path: '/things/{id}/events',
          summary: 'Streams what happens to a thing',
          access: ['sessions:read'],
          open: () => assert.fail('an id that nobody can have reached the feature'),
        },
      ],
    })
    origin = await sample.http.listen({ port: 0 })
  })
  after(() => sample.http.close())

  const post = (path: string, payload: string | Buffer, type = 'application/json') =>
    sample.http.inject({
      method: 'POST',
      url: `/api/v2/${path}`,
      payload,
      headers: { 'content-type': type, authorization: `Bearer ${sample.policy.user()}` },
    })

  const bytes = (...middle: number[]) =>
    Buffer.concat([Buffer.from('{"name":"a'), Buffer.from(middle), Buffer.from('"}')])

  for (const [what, payload] of Object.entries({
    'Latin-1': bytes(0xe9),
    'an overlong NUL': bytes(0xc0, 0x80),
    'a surrogate in UTF-8': bytes(0xed, 0xa0, 0xbd),
    'a character that ends early': bytes(0xf0, 0x9f, 0x91),
    'a character beyond Unicode': bytes(0xf5, 0x80, 0x80, 0x80),
    'a lone continuation': bytes(0x80),
    'UTF-16 with its mark': Buffer.from('\ufeff{"name":"a"}', 'utf16le'),
    'compressed bytes': Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff]),
  })) {
    test(`400 for a body of ${what}, instead of U+FFFD on somebody's phone`, async () => {
      const answer = await post('things', payload)
      assert.equal(answer.statusCode, 400)
      assert.match(answer.json().detail, /UTF-8/)
      const anonymous = await sample.http.inject({ method: 'POST', url: '/api/v2/things', payload })
      assert.equal(anonymous.statusCode, 401)
    })
  }

  for (const charset of [
    'iso-8859-1',
    'ISO-8859-15',
    '"windows-1252"',
    'utf-16',
    'utf-16le',
    'gbk',
    'utf-7',
    '',
  ]) {
    test(`400 for charset=${charset}, which is named`, async () => {
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
        const answer = await post('things', '{"name":"a"}', `${type}; charset=${charset}`)
        assert.equal(answer.statusCode, 400, answer.body)
        assert.match(answer.json().detail, /must be UTF-8/)
      }
    })
  }

  for (const charset of ['utf-8', 'UTF-8', 'utf8', '"utf-8"', 'utf-8; boundary=x'])
    test(`201 for charset=${charset}`, async () => {
      const answer = await post('things', '{"name":"Zoë"}', `application/json;charset=${charset}`)
      assert.equal(answer.json().name, 'Zoë')
    })

  test('201 for a body behind a byte order mark, and for U+FFFD that was sent as such', async () => {
    assert.equal((await post('things', '\ufeff{"name":"a"}')).statusCode, 201)
    assert.equal((await post('things', '{"name":"a\ufffd"}')).json().name, 'a\ufffd')
    assert.equal((await post('things', '{"name":"\\ud83d\\udc4d"}')).json().name, '👍')
  })

  for (const [body, field] of [
    [`{"name":"a${nul}"}`, 'name'],
    [`{"name":"${half}"}`, 'name'],
    [`{"name":"${'\\udc4d\\ud83d'}"}`, 'name'],
    [`{"name":"a","tags":["b","${nul}"]}`, 'tags.1'],
    [`{"name":"a","more":{"x":[{"y":"${half}"}]}}`, 'more.x.0.y'],
    [`{"name":"a","${nul}":1}`, '\\u0000'],
    [`{"name":"a","more":{"k${half}":1}}`, 'more.k\ufffd'],
    ['{"name":"a","more":1e999}', 'more'],
    [`{"name":"a","more":${'['.repeat(100)}${']'.repeat(100)}}`, 'more'],
    [`{"name":"a","more":${'{"m":'.repeat(100)}1${'}'.repeat(100)}}`, 'more'],
  ] as const) {
    test(`422 that names ${JSON.stringify(field)}: ${body.slice(0, 60)}`, async () => {
      const answer = await post('things', body)
      assert.equal(answer.statusCode, 422, answer.body)
      assert.deepEqual(
        answer.json().errors.map((problem: { field: string }) => problem.field),
        [field],
      )
    })
  }

  test('a text about NUL is no NUL', async () => {
    assert.equal((await post('things', '{"name":"a\\\\u0000"}')).json().name, 'a\\u0000')
  })

  for (const body of [`${'['.repeat(500_000)}`, `{"name":${'['.repeat(400_000)}${']'.repeat(400_000)}}`])
    test(`no 5xx for ${body.length} characters of brackets`, async () => {
      assert.ok([400, 422].includes((await post('things', body)).statusCode))
    })

  const get = (path: string) =>
    sample.http.inject({
      method: 'GET',
      url: `/api/v2/${path}`,
      headers: { authorization: `Bearer ${sample.policy.user()}` },
    })

  for (const query of [
    'search=%FF',
    'search=Jos%E9',
    'search=%ED%A0%80',
    'search=%C0%80',
    'other=%80',
    '%FF=1',
  ])
    test(`400 for ?${query}, which is no UTF-8`, async () => {
      const answer = await get(`things?${query}`)
      assert.equal(answer.statusCode, 400)
      assert.match(answer.json().detail, /UTF-8/)
    })

  test('422 for NUL in a query, also in parameters that nobody knows; a lone % stays one', async () => {
    for (const [query, field] of [
      ['search=%00', 'search'],
      ['search=a&search=%00', 'search.1'],
      ['cursor=%00', 'cursor'],
      ['a%00=1', 'a\\u0000'],
    ]) {
      const answer = await get(`things?${query}`)
      assert.equal(answer.statusCode, 422)
      assert.equal(answer.json().errors[0].field, field)
    }
    assert.equal((await get('things?search=100%')).json().query.search, '100%')
    assert.equal((await get('things?search=%F0%9F%91%8D')).json().query.search, '👍')
  })

  test('404 for NUL in an id, 400 or 404 for bytes that are no UTF-8', async () => {
    for (const path of [
      'things/%00',
      `things/${sampleId}%00`,
      'things/%00/events',
      `things/${sampleId}%00/events`,
    ])
      assert.equal((await get(path)).statusCode, 404, path)
    for (const path of ['things/%FF', 'things/%ED%A0%80', 'things/%FF/events'])
      assert.ok([400, 404].includes((await get(path)).statusCode), path)
  })

  /** The status and body of a request whose bytes are the test's own. */
  function send(target: Buffer): Promise<string> {
    const token = sample.policy.user()
    const tail = ` HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1')
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString('utf8')
      })
      socket.on('error', reject).on('end', () => resolve(text))
      socket.end(Buffer.concat([Buffer.from('GET '), target, Buffer.from(tail)]))
    })
  }

  test('400 for bytes in an address that a client did not percent-encode', async () => {
    assert.match(await send(Buffer.from('/api/v2/things?search=Jose')), /"search":"Jose"/)
    assert.match(await send(Buffer.from('/api/v2/things?search=José')), /^HTTP\/1.1 400/)
    assert.match(await send(Buffer.from('/api/v2/things?search=José', 'latin1')), /^HTTP\/1.1 400/)
  })
})

describe('what a form is written in', () => {
  let app: TestApp
  let tenant: TestTenant

  before(async () => {
    app = await createTestApp()
    tenant = await app.tenant()
  })
  after(() => app.close())

  const boundary = 'x-boundary-x'

  async function submit(
    parts: readonly (string | Buffer)[],
    more = '',
  ): Promise<{ status: number; text: string }> {
    const session = await tenant.api.post(201, '/sessions', { name: 'desk' })
    const fields = { session_id: session.id, chat_id: '15550123456' }
    const known = Object.entries(fields).map(([name, value]) => `form-data; name="${name}"\r\n\r\n${value}`)
    const pieces = [...known, ...parts].flatMap((part) => [
      Buffer.from(`--${boundary}\r\nContent-Disposition: `),
      Buffer.from(part),
      Buffer.from('\r\n'),
    ])
    const response = await app.app.http.inject({
      method: 'POST',
      url: '/api/v2/messages/send/gif',
      headers: {
        authorization: `Bearer ${tenant.token}`,
        'content-type': `multipart/form-data; boundary=${boundary}${more}`,
      },
      payload: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    })
    return { status: response.statusCode, text: response.body }
  }

  const file = 'form-data; name="file"; filename="a.gif"\r\nContent-Type: image/gif\r\n\r\nGIF89a'

  test('one that is fine gets as far as its session', async () => {
    const { status, text } = await submit(['form-data; name="caption"\r\n\r\nGrüße 👋', file])
    assert.equal(status, 400)
    assert.match(text, /session_not_working|not connected|working/)
  })

  for (const [what, part, expected, says] of [
    ['NUL in a field', 'form-data; name="caption"\r\n\r\na\0b', 422, /caption: .*U\+0000/],
    ['NUL in a field nobody knows', 'form-data; name="more"\r\n\r\n\0', 422, /more/],
    [
      'half a pair in a JSON part',
      `form-data; name="mentions"\r\nContent-Type: application/json\r\n\r\n["${half}"]`,
      422,
      /mentions/,
    ],
    [
      'Latin-1 in a field',
      Buffer.from('form-data; name="caption"\r\n\r\né', 'latin1'),
      400,
      /caption.*UTF-8/,
    ],
    ['Latin-1 in a name', Buffer.from('form-data; name="é"\r\n\r\nx', 'latin1'), 400, /UTF-8/],
    [
      'Latin-1 in a file name',
      Buffer.from('form-data; name="file"; filename="é.gif"\r\n\r\nGIF89a', 'latin1'),
      400,
      /UTF-8/,
    ],
    ['NUL in a file name', 'form-data; name="file"; filename*=UTF-8\'\'a%00.gif\r\n\r\nGIF89a', 422, /file/],
    ['another charset', 'form-data; name="_charset_"\r\n\r\niso-8859-1', 400, /UTF-8/],
  ] as const) {
    test(`${expected} for ${what}`, async () => {
      const { status, text } = await submit([part])
      assert.equal(status, expected, text)
      assert.match(JSON.parse(text).detail, says)
    })
  }

  test('400 for a form in another charset, not for one in UTF-8', async () => {
    const bad = await submit([file], '; charset=iso-8859-1')
    assert.equal(bad.status, 400)
    assert.match(bad.text, /must be UTF-8/)
    assert.doesNotMatch((await submit([file], '; charset=utf-8')).text, /must be UTF-8/)
  })
})
