import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createLog } from './log.ts'

function capture(level = 'info') {
  const lines: string[] = []
  const log = createLog({ level, destination: { write: (line) => void lines.push(line) } })
  return { log, lines }
}

suite('log', () => {
  test('credentials, phone numbers and message text never reach a line, however deep', () => {
    const { log, lines } = capture()
    const secrets = {
      headers: { Authorization: 'Bearer hidden-1', 'x-api-key': 'mf_hidden-2', cookie: ['a=hidden-3'] },
      user: { password: 'hidden-4', refresh_token: 'hidden-5', email: 'hidden-6@example.com' },
      messages: [
        { id: 'm1', text: 'hidden-7', chat: { phone: '+49hidden-8', jid: 'hidden-9@s.whatsapp.net' } },
      ],
      webhook: { secret: 'hidden-10', url: 'https://example.com' },
      payload: { anything: 'hidden-11' },
      bytes: Buffer.from('hidden-12'),
    }
    log.info(secrets, 'hello')
    log.child({ requestId: 'r1', apiKey: 'hidden-13' }).warn({ err: queryError() }, 'failed')
    log.error(queryError())
    log.error(queryError(), 'with words')
    assert.doesNotMatch(lines.join(''), /hidden/)
    assert.equal(lines.length, 4)
    assert.match(lines[3] ?? '', /"msg":"with words"/)
    assert.match(lines[0] ?? '', /"id":"m1"/)
    assert.match(lines[0] ?? '', /https:\/\/example\.com/)
    assert.match(lines[1] ?? '', /"requestId":"r1"/)
    assert.match(lines[1] ?? '', /duplicate key/)
    assert.match(lines[1] ?? '', /23505/)
  })

  test('levels are words, and what is below the level is not written', () => {
    const { log, lines } = capture('warn')
    log.info('no')
    log.error({ attempt: 3 }, 'yes')
    assert.equal(lines.length, 1)
    const { level, msg, attempt } = JSON.parse(lines[0] ?? '')
    assert.deepEqual([level, msg, attempt], ['error', 'yes', 3])
  })
})

/** As the query builder throws it: the values stand in the message, and PostgreSQL repeats them in `detail`. */
function queryError(): Error {
  const cause = Object.assign(new Error('duplicate key value violates unique constraint'), {
    code: '23505',
    detail: 'Key (phone)=(+49hidden) already exists.',
  })
  return new Error('Failed query: insert into contacts values ($1, $2)\nparams: +49hidden,\nhidden text', {
    cause,
  })
}
