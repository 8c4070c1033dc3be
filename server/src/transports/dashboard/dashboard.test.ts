import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createTestApp, type TestApp } from '../../../test/harness.ts'

const script = 'console.log("a page")'
let directory: string
let app: TestApp
let bare: TestApp

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'moltflow-dashboard-'))
  mkdirSync(join(directory, 'assets'))
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>built</title>')
  writeFileSync(join(directory, 'first-paint.js'), 'paint()')
  writeFileSync(join(directory, 'built-from'), 'a hash')
  writeFileSync(join(directory, 'assets', 'page-abc.js'), script)
  writeFileSync(join(directory, 'assets', 'page-abc.js.gz'), gzipSync(script))
  writeFileSync(join(directory, 'assets', 'page-abc.js.br'), 'as brotli')
  app = await createTestApp({ dashboardDirectory: directory })
  bare = await createTestApp()
})
after(async () => {
  await app.close()
  await bare.close()
  rmSync(directory, { recursive: true })
})

const get = (of: TestApp, url: string, headers: Record<string, string> = {}) =>
  of.app.http.inject({ method: 'GET', url, headers })

suite('the dashboard', () => {
  test('is its one page at every address it draws, asked for by browsers and by programs', async () => {
    for (const url of ['/', '/inbox', '/leads/some-id?tab=x', '/webhooks/', '/sign-in', '/setup']) {
      const answer = await get(app, url)
      assert.deepEqual([url, answer.statusCode, answer.body.includes('built')], [url, 200, true])
      assert.equal(answer.headers['cache-control'], 'no-cache')
      assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8')
    }
    const missing = await get(app, '/nowhere', { accept: 'text/html,*/*' })
    assert.deepEqual([missing.statusCode, missing.body.includes('built')], [200, true])
  })

  test('leaves everything else as it is: unknown paths of the API and of programs are 404 in JSON', async () => {
    for (const url of [
      '/api/v2/nowhere',
      '/api/nowhere',
      '/nowhere',
      '/assets/gone.js',
      '/assets/..%2Findex.html',
    ]) {
      const answer = await get(app, url, url.startsWith('/api') ? { accept: 'text/html' } : {})
      assert.deepEqual([url, answer.statusCode, answer.json().code], [url, 404, 'not_found'])
    }
    for (const url of ['/docs', '/openapi.json', '/health/live', '/favicon.svg'])
      assert.ok((await get(app, url)).statusCode < 400, url)
    const posted = await app.app.http.inject({
      method: 'POST',
      url: '/inbox',
      headers: { accept: 'text/html' },
    })
    assert.equal(posted.statusCode, 404)
  })

  test('runs under a policy that allows nothing from elsewhere and nothing written into the page', async () => {
    const { headers } = await get(app, '/inbox')
    const policy = String(headers['content-security-policy'])
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
    ])
      assert.ok(policy.includes(part), part)
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
    assert.equal(headers['x-frame-options'], 'DENY')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['x-content-type-options'], 'nosniff')
  })

  test('gives out files for good, as small as the browser takes them, and not again', async () => {
    const url = '/assets/page-abc.js'
    const plain = await get(app, url)
    assert.deepEqual([plain.body, plain.headers['content-encoding']], [script, undefined])
    assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.equal(plain.headers['vary'], 'Accept-Encoding')
    const small = await get(app, url, { 'accept-encoding': 'gzip, br' })
    assert.deepEqual([small.headers['content-encoding'], small.body], ['br', 'as brotli'])
    const gzip = await get(app, url, { 'accept-encoding': 'gzip, br;q=0' })
    assert.equal(gzip.headers['content-encoding'], 'gzip')
    const again = await get(app, url, { 'if-none-match': String(plain.headers['etag']) })
    assert.deepEqual([again.statusCode, again.body], [304, ''])
  })

  test('says of its page when nothing has changed, and gives out nothing that is not for browsers', async () => {
    const { headers } = await get(app, '/')
    const again = await get(app, '/leads', { 'if-none-match': String(headers['etag']) })
    assert.equal(again.statusCode, 304)
    assert.equal((await get(app, '/first-paint.js')).body, 'paint()')
    assert.equal((await get(app, '/built-from')).statusCode, 404)
  })

  test('says how it is built where it is not, and the set-up page is there all the same', async () => {
    const answer = await get(bare, '/')
    assert.equal(answer.statusCode, 200)
    assert.match(answer.body, /npm start/)
    assert.equal((await get(bare, '/inbox', { accept: 'text/html' })).statusCode, 404)
    assert.match((await get(bare, '/setup')).body, /Set up MoltFlow/)
  })
})
