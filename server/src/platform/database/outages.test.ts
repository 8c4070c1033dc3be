import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import pg from 'pg'
import { isOutage } from './outages.ts'

const withCode = (code: string) => Object.assign(new Error('x'), { code })

suite('outages', () => {
  for (const code of ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '53100', '53300', '08006', 'ENOSPC']) {
    test(`${code} is one, also as the cause of another error`, () => {
      assert.equal(isOutage(withCode(code)), true)
      assert.equal(isOutage(new Error('Failed query', { cause: withCode(code) })), true)
    })
  }

  for (const code of ['23505', '42601', '40001', '57014', 'ERR_ASSERTION']) {
    test(`${code} is none`, () => assert.equal(isOutage(withCode(code)), false))
  }

  test('neither is what is no error', () => {
    for (const thrown of [undefined, null, 'ECONNRESET', {}]) assert.equal(isOutage(thrown), false)
  })

  test('what the driver itself says of a server that is not there is one', async () => {
    // A name with two addresses, of which none answers, is told as several errors in one.
    for (const host of ['127.0.0.1', 'localhost']) {
      const pool = new pg.Pool({ host, port: 9 })
      await assert.rejects(pool.query('SELECT 1'), (error) => isOutage(error))
      await pool.end()
    }
  })
})
