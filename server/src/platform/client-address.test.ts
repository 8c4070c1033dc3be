import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clientAddress, clientNetwork, isProxyRange } from './client-address.ts'

describe('the address of whoever asks', () => {
  for (const [said, wanted] of [
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:52114', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['[2001:db8::7]:52114', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['unknown', '10.0.0.1'],
    ['_hidden', '10.0.0.1'],
    ['', '10.0.0.1'],
    ['203.0.113.7, 198.51.100.1', '10.0.0.1'],
    ["' OR 1=1 --", '10.0.0.1'],
    ['999.1.1.1', '10.0.0.1'],
  ] as const) {
    test(`${said === '' ? 'nothing' : said} is ${wanted}`, () => {
      assert.equal(clientAddress(said, '10.0.0.1'), wanted)
    })
  }

  test('one network is counted as one, whatever addresses it takes', () => {
    assert.equal(clientNetwork('2001:db8:1:2:3::9'), clientNetwork('2001:db8:1:2::1'))
    assert.notEqual(clientNetwork('2001:db8:1:3::1'), clientNetwork('2001:db8:1:2::1'))
    assert.equal(clientNetwork('::ffff:203.0.113.7'), clientNetwork('203.0.113.7'))
  })
})

describe('what may be trusted as a proxy', () => {
  for (const text of ['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8', '172.18.0.1', '2001:db8::/64'])
    test(`${text} may`, () => assert.ok(isProxyRange(text)))
  for (const text of [
    '0.0.0.0/0',
    '::/0',
    'nginx',
    '1',
    'true',
    '10.0.0.0/33',
    '10/8',
    '10.0.0',
    'http://10.0.0.1',
    '',
  ])
    test(`${text === '' ? 'nothing' : text} may not`, () => assert.ok(!isProxyRange(text)))
})
