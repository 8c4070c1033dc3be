import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { chromium } from 'playwright-core'
import { bundleClient } from './sizes.ts'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Runs in the page: a send, a page of a list, a stream, a refusal. */
const program = `
  import { MoltFlow } from '/client.js'
  const moltflow = new MoltFlow({ apiKey: 'mf_x', baseUrl: location.origin })
  const told = []
  told.push((await moltflow.messages.send({ session_id: 's', chat_id: 'c', message: 'Olá 👋' })).key)
  for await (const { event, data } of moltflow.bulkSend.progress('j')) told.push(event + data.status)
  told.push(await moltflow.leads.get('x').catch((error) => error.name + error.status))
  document.title = told.join(' ')
`

suite('the TypeScript client in a browser', { timeout: 90_000 }, () => {
  test('sends, streams and refuses on a page without TLS', async () => {
    const client = await bundleClient()
    const server = createServer((request, response) => {
      const say = (type: string, text: string, status = 200) =>
        void response.writeHead(status, { 'content-type': type }).end(text)
      if (request.url === '/client.js') return say('text/javascript', client)
      if (request.url === '/') return say('text/html', `<script type="module">${program}</script>`)
      if (request.url?.endsWith('/progress'))
        return say('text/event-stream', 'event: e\ndata: {"status":"completed"}\n\n')
      const key = request.headers['idempotency-key']
      if (request.method === 'POST') return say('application/json', JSON.stringify({ key }))
      return say('application/json', '{"detail":"No"}', 404)
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const executablePath = process.env['CHROMIUM_PATH'] ?? places.find((path) => existsSync(path))
    const browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox', '--host-resolver-rules=MAP moltflow.test 127.0.0.1'],
    })
    try {
      const page = await browser.newPage()
      // A name that is no secure place to browsers, as addresses in a local network are.
      await page.goto(`http://moltflow.test:${(server.address() as AddressInfo).port}/`)
      await page.waitForFunction('document.title !== ""', undefined, { timeout: 30_000 })
      assert.match(await page.title(), /^sdk-[0-9a-f]{32} ecompleted NotFoundError404$/)
    } finally {
      await browser.close()
      server.closeAllConnections()
      server.close()
    }
  })
})
