import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { AppError } from '../errors.ts'
import {
  checkUrl,
  ResponseTooLargeError,
  type SafeFetchOptions,
  safeFetch,
  UrlRefused,
} from './safe-fetch.ts'

const hostile = [
  ...[
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'not a url',
    '',
    '//example.com',
  ],
  ...['https://user:pass@example.com/', 'https://user@example.com/'],
  ...[
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
  ],
  ...[
    'https://017700000001/',
    'https://127.0.0.1./',
    'https://127.255.255.254/',
    'https://0.0.0.0/',
    'https://0/',
    'https://0.1.2.3/',
  ],
  ...[
    'https://%31%32%37.0.0.1/',
    'https://１２７.０.０.１/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
  ],
  ...[
    'https://169.254.169.254/latest/meta-data/',
    'https://metadata.google.internal/',
    'https://printer.local/',
  ],
  ...[
    'https://10.0.0.1/',
    'https://10.255.255.255/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.1.1/',
  ],
  ...[
    'https://100.64.0.1/',
    'https://100.127.255.255/',
    'https://192.0.0.1/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
  ],
  ...[
    'https://198.51.100.1/',
    'https://203.0.113.1/',
    'https://224.0.0.1/',
    'https://239.255.255.255/',
    'https://240.0.0.1/',
  ],
  ...['https://255.255.255.255/', 'https://3232235777/', 'https://0xc0a80101/', 'https://192.168.257/'],
  ...[
    'https://[::1]/',
    'https://[::]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
  ],
  ...[
    'https://[::127.0.0.1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[fe80::1]/',
  ],
  ...[
    'https://[fc00::1]/',
    'https://[fd12:3456::1]/',
    'https://[ff02::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[64:ff9b:1::1]/',
  ],
  ...[
    'https://[2002:7f00:1::]/',
    'https://[2001::1]/',
    'https://[2001:db8::1]/',
    'https://[100::1]/',
    'https://[fec0::1]/',
  ],
  ...['https://[::ffff:0:127.0.0.1]/', 'https://[fe80::1%25eth0]/'],
]

suite('outgoing addresses', () => {
  for (const url of hostile) {
    test(`refused when it is entered, and when it is called: ${url}`, async () => {
      assert.throws(() => checkUrl(url, []), UrlRefused)
      await assert.rejects(safeFetch(url, { allow: [], timeoutMs: 1000, maxBytes: 10 }), UrlRefused)
    })
  }

  test('the refusal is a 400 address_refused', () => {
    assert.throws(
      () => checkUrl('https://10.0.0.1/', []),
      (error) => error instanceof AppError && error.status === 400 && error.code === 'address_refused',
    )
  })

  for (const url of [
    'https://example.com/hook?x=1',
    'https://93.184.215.14/',
    'https://[2606:4700::1111]/',
    'https://example.com:8443/',
  ]) {
    test(`allowed: ${url}`, () => {
      assert.equal(checkUrl(url, []).href, url)
    })
  }

  test('what the owner opened: hosts, addresses and ranges, plain http included', () => {
    const allow = ['n8n', '192.168.0.0/16', '127.0.0.1', 'fd00::/8']
    for (const url of [
      'http://n8n:5678/x',
      'https://N8N./',
      'http://192.168.3.4/',
      'http://127.0.0.1:1/',
      'https://[fd00::1]/',
    ]) {
      assert.ok(checkUrl(url, allow))
    }
    for (const url of ['http://10.0.0.1/', 'https://127.0.0.2/', 'http://8.8.8.8/', 'https://[::1]/']) {
      assert.throws(() => checkUrl(url, allow), UrlRefused)
    }
    assert.throws(() => checkUrl('http://n8n.evil.example/', ['n8n']), UrlRefused)
  })
})

suite('safe fetch', () => {
  let port = 0
  let requests: { url: string | undefined; headers: IncomingMessage['headers'] }[] = []
  const server = createServer((request, response) => {
    requests.push({ url: request.url, headers: request.headers })
    answer(request, response)
  })

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://x')
    if (url.pathname === '/large') response.end(Buffer.alloc(100_000, 'x'))
    else if (url.pathname === '/bomb')
      response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(5_000_000)))
    else if (url.pathname === '/slow') response.write('a')
    else if (url.pathname === '/redirect')
      response.writeHead(302, { location: url.searchParams.get('to') ?? '' }).end()
    else if (url.pathname === '/echo') request.pipe(response.setHeader('x-method', request.method ?? ''))
    else response.end('ok')
  }

  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    port = (server.address() as AddressInfo).port
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const base = (): string => `http://127.0.0.1:${port}`
  const get = (path: string, options: Partial<SafeFetchOptions> = {}) =>
    safeFetch(`${base()}${path}`, { allow: ['127.0.0.1'], timeoutMs: 5000, maxBytes: 10_000, ...options })

  test('sends method, headers and body, and brings back the answer', async () => {
    const response = await get('/echo', { method: 'POST', body: 'hello', headers: { 'x-test': '1' } })
    assert.deepEqual(
      [response.status, response.headers.get('x-method'), response.body.toString()],
      [200, 'POST', 'hello'],
    )
    assert.equal(requests.at(-1)?.headers['x-test'], '1')
  })

  test('a port that is named opens that port alone, for every way to write the host', async () => {
    const range = `127.0.0.0/8:${port}`
    for (const entry of [`127.0.0.1:${port}`, `[127.0.0.1]:${port}`, range])
      assert.equal((await get('/', { allow: [entry] })).status, 200, entry)
    for (const entry of [`127.0.0.1:${port === 8080 ? 8081 : 8080}`, '127.0.0.0/8:1', 'localhost:1'])
      await assert.rejects(get('/', { allow: [entry] }), UrlRefused, entry)
    const named = { allow: [`hook.test:${port}`], resolve: async () => ['127.0.0.1'] }
    const call = (options: Pick<SafeFetchOptions, 'allow' | 'resolve'>) =>
      safeFetch(`http://hook.test:${port}/`, { timeoutMs: 5000, maxBytes: 100, ...options })
    assert.equal((await call(named)).status, 200)
    await assert.rejects(call({ ...named, allow: ['hook.test:1'] }), UrlRefused)
  })

  test('a redirect to another port of an opened host is refused', async () => {
    const to = encodeURIComponent(`http://127.0.0.1:${port === 8080 ? 8081 : 8080}/`)
    await assert.rejects(
      get(`/redirect?to=${to}`, { allow: [`127.0.0.1:${port}`], maxRedirects: 3 }),
      UrlRefused,
    )
  })

  test('without a port in the URL, the one of its scheme counts', () => {
    assert.ok(checkUrl('http://10.0.0.1/', ['10.0.0.1:80']))
    assert.ok(checkUrl('https://[fd00::1]/', ['[fd00::/8]:443']))
    assert.ok(checkUrl('http://[fd00::1]:8080/', ['fd00::1']))
    assert.throws(() => checkUrl('http://10.0.0.1/', ['10.0.0.1:443']), UrlRefused)
    assert.throws(() => checkUrl('https://10.0.0.1:8443/', ['10.0.0.1:443']), UrlRefused)
  })

  test('an answer that is too long is refused or cut, also when it only swells after decompression', async () => {
    await assert.rejects(get('/large'), ResponseTooLargeError)
    await assert.rejects(get('/bomb'), ResponseTooLargeError)
    const cut = await get('/large', { maxBytes: 2048, oversize: 'cut' })
    assert.deepEqual([cut.body.length, cut.isCut], [2048, true])
  })

  test('the time limit covers the body, and an abort from outside counts', async () => {
    await assert.rejects(get('/slow', { timeoutMs: 100 }), { name: 'TimeoutError' })
    const abort = new AbortController()
    const pending = get('/slow', { signal: abort.signal })
    abort.abort(new Error('stop'))
    await assert.rejects(pending, /stop/)
  })

  test('a redirect is an answer unless it may be followed, and each hop is checked', async () => {
    const location = encodeURIComponent('/final')
    assert.equal((await get(`/redirect?to=${location}`)).status, 302)
    const followed = await get(`/redirect?to=${location}`, { maxRedirects: 2 })
    assert.deepEqual([followed.status, followed.url], [200, `${base()}/final`])
    for (const to of [
      'http://169.254.169.254/latest',
      'http://[::1]/',
      'file:///etc/passwd',
      'http://2130706434/',
    ]) {
      await assert.rejects(get(`/redirect?to=${encodeURIComponent(to)}`, { maxRedirects: 2 }), UrlRefused)
    }
    const loop = await get(`/redirect?to=${encodeURIComponent(`${base()}/redirect?to=x`)}`, {
      maxRedirects: 1,
    })
    assert.equal(loop.status, 302)
  })

  test('credentials do not follow a redirect to another origin', async () => {
    requests = []
    const to = encodeURIComponent(`http://localhost:${port}/other`)
    const allow = ['127.0.0.1', 'localhost']
    await get(`/redirect?to=${to}`, { allow, maxRedirects: 1, headers: { authorization: 'Bearer x' } })
    assert.deepEqual(
      requests.map((request) => request.headers.authorization),
      ['Bearer x', undefined],
    )
  })

  for (const [addresses, isAllowed] of [
    [['10.0.0.1'], false],
    [['93.184.215.14', '127.0.0.1'], false],
    [['::ffff:127.0.0.1'], false],
    [['fe80::1%eth0'], false],
    [[], false],
  ] as const) {
    test(`a name that resolves to ${addresses.join(' and ') || 'nothing'} is refused when it is called`, async () => {
      const resolve = async (): Promise<string[]> => [...addresses]
      const call = safeFetch('https://innocent.example/', {
        allow: [],
        timeoutMs: 2000,
        maxBytes: 10,
        resolve,
      })
      assert.equal(isAllowed, false)
      await assert.rejects(call, UrlRefused)
    })
  }

  test('the connection goes to the address that was checked: a name cannot change its mind in between', async () => {
    let asked = 0
    const resolve = async (): Promise<string[]> => {
      asked += 1
      return ['127.0.0.1']
    }
    const response = await safeFetch(`http://n8n.test:${port}/`, {
      allow: ['127.0.0.0/8'],
      timeoutMs: 2000,
      maxBytes: 10,
      resolve,
    })
    assert.deepEqual([response.status, asked], [200, 1])
    assert.equal(requests.at(-1)?.headers.host, `n8n.test:${port}`)
  })

  test('plain http to a name needs an address that was opened', async () => {
    const resolve = async (): Promise<string[]> => ['93.184.215.14']
    const options = { allow: ['127.0.0.0/8'], timeoutMs: 2000, maxBytes: 10, resolve }
    await assert.rejects(safeFetch('http://public.example/', options), UrlRefused)
  })
})
