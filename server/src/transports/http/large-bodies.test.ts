import assert from 'node:assert/strict'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createTestApp, type TestApp, type TestTenant } from '../../../test/harness.ts'
import { until } from '../../../test/until.ts'

const megabyte = 1024 * 1024
const large = 120 * megabyte

let app: TestApp
let tenant: TestTenant
let port: number

/** What stays open would be waited for at the end. */
const opened: ClientRequest[] = []

interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  body: any
}

/** A request whose body the test writes; its answer comes whenever the server likes. */
function open(
  headers: Record<string, string | number>,
  kind = 'media',
): {
  outgoing: ClientRequest
  answer: Promise<Answer>
} {
  const outgoing = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: `/api/v2/messages/send/${kind}`,
    headers: { authorization: `Bearer ${tenant.token}`, ...headers },
  })
  const { promise: answer, resolve, reject } = Promise.withResolvers<Answer>()
  outgoing.on('response', (response: IncomingMessage) => {
    const pieces: Buffer[] = []
    response.on('data', (piece: Buffer) => pieces.push(piece))
    response.on('end', () => {
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(pieces).toString()) })
    })
  })
  outgoing.on('error', reject)
  // One that is refused may be cut off while it is still writing.
  answer.catch(() => {})
  outgoing.flushHeaders()
  opened.push(outgoing)
  return { outgoing, answer }
}

/** Headers without a length make the body one in pieces. */
const lengths = [{ 'content-length': large }, { 'transfer-encoding': 'chunked' }]

const read = ['application/json', 'application/octet-stream', 'text/plain', 'nonsense']
const inParts = [
  'multipart/mixed; boundary=x',
  'multipart/related; boundary=x',
  'MULTIPART/MIXED',
  'multipart/',
  'multipart/form-data-not',
]

async function checkBound(type: string, length: Record<string, string | number>): Promise<void> {
  app.clock.advance(60_000)
  const all = Array.from({ length: 8 }, () => open({ 'content-type': type, ...length }))
  const answers: Answer[] = []
  for (const { answer } of all) {
    void answer.then(
      (it) => answers.push(it),
      () => {},
    )
  }
  await until('six are refused', () => (answers.length >= 6 ? true : undefined))
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array.from({ length: 6 }, () => 503),
    type,
  )
  for (const { body } of answers) assert.match(body.detail, /multipart\/form-data/)
  for (const { outgoing } of all) outgoing.destroy()
  // The server hears of it a moment later.
  await Promise.allSettled(all.map(({ answer }) => answer))
}

suite('large bodies', () => {
  before(async () => {
    app = await createTestApp()
    tenant = await app.tenant()
    await app.app.http.listen({ port: 0, host: '127.0.0.1' })
    port = (app.app.http.server.address() as AddressInfo).port
  })
  after(() => {
    for (const outgoing of opened) outgoing.destroy()
    return app.close()
  })
  // Requests are counted by the minute.
  beforeEach(() => app.clock.advance(60_000))

  test('of every type share one bound: of eight two of the largest are read, 503 for the others before a byte is', async () => {
    for (const type of read) for (const length of lengths) await checkBound(type, length)
    const isFree = async () => {
      app.clock.advance(60_000)
      const next = open({ 'content-type': 'text/plain', 'content-length': large })
      next.outgoing.end(Buffer.alloc(large, 'a'))
      return (await next.answer.catch(() => undefined))?.status === 400 ? true : undefined
    }
    await until('there is room again', isFree, { everyMs: 50 })
  })

  test('share the bound whatever operation they are for', async () => {
    const all = [1, 2].map(() => open({ 'content-type': 'text/plain', 'content-length': large }))
    // Without a length each counts as the longest voice note: all of them alone would have room.
    for (let voice = 0; voice < 6; voice += 1) all.push(open({ 'transfer-encoding': 'chunked' }, 'voice'))
    const { status } = await Promise.race(all.map(({ answer }) => answer))
    assert.equal(status, 503)
    for (const { outgoing } of all) outgoing.destroy()
    await Promise.allSettled(all.map(({ answer }) => answer))
  })

  test('in parts that are no form are 415 before a byte is read, eight at once', async () => {
    for (const type of inParts) {
      for (const length of lengths) {
        const all = await Promise.all(
          Array.from({ length: 8 }, () => open({ 'content-type': type, ...length }).answer),
        )
        for (const { status, body } of all) {
          assert.equal(status, 415, type)
          assert.equal(body.code, 'unsupported_media_type')
          assert.match(body.detail, /multipart\/form-data/)
        }
      }
    }
  })

  test('do not fill the memory, whatever they call themselves', async () => {
    const before = process.memoryUsage.rss()
    let most = before
    const piece = Buffer.alloc(megabyte, 'a')
    for (const type of ['multipart/mixed; boundary=x', 'application/octet-stream']) {
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          const { outgoing, answer } = open({ 'content-type': type, 'transfer-encoding': 'chunked' })
          let isOver = false
          answer.then(
            () => (isOver = true),
            () => (isOver = true),
          )
          for (let sent = 0; sent < 60 && !isOver; sent += 1) {
            if (!outgoing.write(piece)) {
              await Promise.race([
                new Promise((resolve) => outgoing.once('drain', resolve)),
                answer.catch(() => {}),
              ])
            }
            most = Math.max(most, process.memoryUsage.rss())
          }
          outgoing.end()
          const { status } = await answer
          assert.ok([400, 415, 422, 503].includes(status), `${type}: ${status}`)
        }),
      )
    }
    // Both ends of all connections are in this process.
    assert.ok(most - before < 700 * megabyte, `${Math.round((most - before) / megabyte)} MB`)
  })

  test('413 for one that is larger than any file', async () => {
    const long = open({ 'content-type': 'text/plain', 'content-length': 200 * megabyte })
    assert.equal((await long.answer).status, 413)
  })

  test('415 for one that is compressed; a form is one in capitals, too', async () => {
    for (const encoding of ['gzip', 'GZIP', 'br', 'deflate', 'identity, gzip']) {
      const { outgoing, answer } = open({ 'content-type': 'application/json', 'content-encoding': encoding })
      outgoing.end(gzipSync('{}'))
      const { status, body } = await answer
      assert.equal(status, 415, encoding)
      assert.match(body.detail, /encoding/)
    }
    const plain = open({ 'content-type': 'application/json', 'content-encoding': 'identity' })
    plain.outgoing.end('{}')
    assert.equal((await plain.answer).status, 422)
    const form = open({ 'content-type': 'Multipart/Form-Data; boundary=x', 'transfer-encoding': 'chunked' })
    form.outgoing.end('--x\r\nContent-Disposition: form-data; name="session_id"\r\n\r\nnone\r\n--x--\r\n')
    const { status, body } = await form.answer
    assert.equal(status, 422)
    assert.match(body.detail, /session_id/)
  })
})
