import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createSimulator } from '../../../test/harness-engine.ts'
import { MediaHosts } from './hosts.ts'

const signal = AbortSignal.timeout(20_000)

suite('hosts of files', () => {
  test('in production only those of WhatsApp over https are allowed', () => {
    const hosts = new MediaHosts(undefined)
    const allowed = ['https://mmg.whatsapp.net/a', 'https://media-fra3-1.cdn.whatsapp.net/v/t62?x=1']
    for (const url of allowed) assert.equal(hosts.isAllowed(new URL(url)), true, url)
    const refused = [
      'http://mmg.whatsapp.net/a',
      'https://whatsapp.net/a',
      'https://mmg.whatsapp.net:8443/a',
      'https://mmg.whatsapp.net.example.com/a',
      'https://xwhatsapp.net/a',
      'https://user@mmg.whatsapp.net/a',
      'https://localhost/a',
      'https://127.0.0.1/a',
      'https://example.com/whatsapp.net',
    ]
    for (const url of refused) assert.equal(hosts.isAllowed(new URL(url)), false, url)
  })

  test('with a simulator only this machine is allowed', () => {
    const hosts = new MediaHosts('ws://127.0.0.1:1234/ws')
    for (const url of ['https://localhost:4443/a', 'https://127.0.0.1/a', 'https://[::1]:5/a'])
      assert.equal(hosts.isAllowed(new URL(url)), true, url)
    for (const url of ['https://mmg.whatsapp.net/a', 'http://localhost/a', 'https://10.0.0.1/a'])
      assert.equal(hosts.isAllowed(new URL(url)), false, url)
  })

  test('a path never leads away from its host', () => {
    const hosts = new MediaHosts(undefined)
    assert.equal(hosts.urlOf('mmg.whatsapp.net', '/v/a?b=c')?.href, 'https://mmg.whatsapp.net/v/a?b=c')
    assert.equal(hosts.urlOf('mmg.whatsapp.net', '//example.com/a')?.hostname, 'mmg.whatsapp.net')
    for (const path of ['@example.com/', '.example.com/', ':8443/a', '']) {
      assert.equal(hosts.urlOf('mmg.whatsapp.net', path), undefined, path)
    }
    assert.equal(hosts.urlOf('example.com', '/a'), undefined)
    assert.equal(hosts.urlOf('bad host', '/a'), undefined)
  })

  test('another address is refused before anything is sent', async () => {
    const hosts = new MediaHosts(undefined)
    const url = new URL('https://localhost:1/a')
    await assert.rejects(hosts.request(url, { method: 'GET', signal }), { name: 'ForeignHostError' })
  })
})

suite("a simulator's certificate", () => {
  test('is trusted, asked for once, and asked for again when it has changed', async () => {
    await using first = await createSimulator()
    await using second = await startOther()
    // Where both are told: the same address, as after a restart of one simulator.
    let pem = first.mediaCertificate
    let asked = 0
    const server = createServer((_request, response) => {
      asked += 1
      response.end(pem)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const hosts = new MediaHosts(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const statusOf = async (host: string, method: 'GET' | 'POST' = 'GET') => {
      const url = new URL(`https://${host}/no/such/file`)
      const more = method === 'POST' ? { body: Buffer.from('x') } : {}
      const { statusCode, body } = await hosts.request(url, { method, signal, ...more })
      await body.dump()
      return statusCode
    }
    assert.deepEqual([await statusOf(first.mediaHost), await statusOf(first.mediaHost)], [404, 404])
    assert.equal(asked, 1)
    await assert.rejects(statusOf(second.mediaHost), /certificate|signed/i)
    assert.equal(asked, 2)
    pem = second.mediaCertificate
    assert.equal(await statusOf(second.mediaHost, 'POST'), 404)
    assert.equal(asked, 3)
    await hosts.close()
    await new Promise((resolve) => server.close(resolve))
  })
})

/** A simulator in a thread of its own, which has another certificate. */
async function startOther() {
  const code = `
    import('@moltflow/simulator').then(async ({ createSimulator }) => {
      const { mediaHost, mediaCertificate } = await createSimulator()
      require('node:worker_threads').parentPort.postMessage({ mediaHost, mediaCertificate })
    })`
  const worker = new Worker(code, { eval: true })
  const answer = await new Promise<{ mediaHost: string; mediaCertificate: string }>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return {
    ...answer,
    [Symbol.asyncDispose]: async () => {
      await worker.terminate()
    },
  }
}
