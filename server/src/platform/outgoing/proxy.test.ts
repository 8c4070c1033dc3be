import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { suite, test } from 'node:test'
import { checkProxyAddress, maskProxyUrl, parseProxyUrl, safeLookup } from './proxy.ts'

const check = (text: string, allow: string[] = []) => {
  const url = parseProxyUrl(text)
  assert.ok(url, text)
  return checkProxyAddress(url, allow)
}

suite('addresses of proxies', () => {
  test('http, https and socks5 URLs are proxies, nothing else is', () => {
    for (const good of ['http://a.example', 'https://u:p@a.example:8443', 'socks5://1.1.1.1:1080'])
      assert.ok(parseProxyUrl(good), good)
    for (const bad of [
      '',
      'a.example:3128',
      'ftp://a.example',
      'socks4://a.example',
      'http://',
      'javascript:1',
    ])
      assert.equal(parseProxyUrl(bad), undefined, bad)
  })

  test('what is shown has no user name and no password', () => {
    const shown = (text: string) => maskProxyUrl(parseProxyUrl(text) as URL)
    assert.equal(shown('http://user:pass@a.example:3128/path?token=x'), 'http://a.example:3128')
    assert.equal(shown('socks5://user@[2606:4700::1111]:1080'), 'socks5://[2606:4700::1111]:1080')
  })

  test('private, local and disguised addresses are refused unless the owner opened them', async () => {
    const refused = [
      'http://127.1',
      'http://10.0.0.1',
      'socks5://[::1]',
      'http://[::ffff:10.0.0.1]',
      'http://0x7f.1',
    ]
    for (const text of [...refused, 'http://localhost', 'http://metadata.google.internal'])
      await assert.rejects(check(text), { code: 'address_refused' }, text)
    await check('http://93.184.216.34:3128')
    await check('http://10.0.0.1', ['10.0.0.0/8'])
    await check('http://localhost', ['localhost'])
    await check('http://localhost', ['127.0.0.0/8', '::1'])
    await assert.rejects(check('http://localhost', ['10.0.0.0/8']), { code: 'address_refused' })
  })

  test('a name is checked on the address that is connected to', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const dial = (allow: string[]) =>
      connect({ host: 'localhost', port, family: 4, lookup: safeLookup(allow) })
    const [refusal] = await once(dial([]), 'error')
    assert.equal(refusal.code, 'address_refused')
    await once(dial(['localhost']), 'connect')
    await once(dial(['127.0.0.1']), 'connect')
    server.close()
  })
})
