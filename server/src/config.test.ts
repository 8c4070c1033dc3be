import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { ConfigError, loadConfig } from './config.ts'
import { describeEnvironment } from './config-example.ts'

const key = Buffer.alloc(32, 7).toString('base64')

suite('configuration', () => {
  let dataDir = ''
  before(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'moltflow-config-'))
  })
  after(() => rmSync(dataDir, { recursive: true, force: true }))

  const problemsOf = (environment: Record<string, string>): readonly string[] => {
    try {
      loadConfig({ MOLTFLOW_DATA_DIR: dataDir, ...environment })
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
    return []
  }

  test('an empty environment is enough, and makes an installation key for its owner alone', () => {
    const config = loadConfig({ MOLTFLOW_DATA_DIR: dataDir, MOLTFLOW_SMTP_URL: '' })
    assert.equal(config.port, 3000)
    assert.equal(config.pace, 1)
    assert.deepEqual(config.webhookRetrySeconds, [5, 300, 1800, 7200, 18000, 36000, 36000])
    assert.equal(config.smtpUrl, undefined)
    assert.equal(Buffer.from(config.secretKey, 'base64').length, 32)
    assert.equal(statSync(join(dataDir, 'installation.key')).mode & 0o777, 0o600)
    assert.equal(loadConfig({ MOLTFLOW_DATA_DIR: dataDir }).secretKey, config.secretKey)
  })

  test('a bucket needs all of its variables', () => {
    const bucket = {
      MOLTFLOW_S3_ENDPOINT: 'https://s3.example.com',
      MOLTFLOW_S3_BUCKET: 'media',
      MOLTFLOW_S3_REGION: 'us-east-1',
      MOLTFLOW_S3_ACCESS_KEY_ID: 'key',
      MOLTFLOW_S3_SECRET_ACCESS_KEY: 'secret',
    }
    assert.equal(loadConfig({ MOLTFLOW_DATA_DIR: dataDir }).bucket, undefined)
    assert.equal(loadConfig({ ...bucket, MOLTFLOW_DATA_DIR: dataDir }).bucket?.name, 'media')
    const { MOLTFLOW_S3_REGION: _, ...incomplete } = bucket
    assert.match(problemsOf(incomplete).join(), /MOLTFLOW_S3_REGION must be set too/)
  })

  test('numbers are written as people write them', () => {
    for (const port of ['0x50', '1e3', '80.5', '-1', '65536', '3000 4000', 'Infinity'])
      assert.deepEqual(
        problemsOf({ MOLTFLOW_PORT: port }),
        ['MOLTFLOW_PORT must be a whole number from 0 to 65535'],
        port,
      )
  })

  test('every problem is told at once', () => {
    const problems = problemsOf({
      MOLTFLOW_PORT: '70000',
      MOLTFLOW_PUBLIC_URL: 'flow.example.com',
      MOLTFLOW_SIGNUP: 'maybe',
      MOLTFLOW_BOOTSTRAP_API_KEY: 'mf_short',
      MOLTFLOW_OWNER_PASSWORD: 'short',
      MOLTFLOW_PACE: '0.1',
      DATABASE_URL: 'postgres://localhost/x',
      MOLTFLOW_WEBHOOK_RETRY_SECONDS: '5,soon',
      LOG_LEVEL: 'loud',
    })
    const names = problems.map((problem) => problem.split(' ')[0]).sort()
    assert.deepEqual(names, [
      ...[
        'LOG_LEVEL',
        'MOLTFLOW_BOOTSTRAP_API_KEY',
        'MOLTFLOW_OWNER_EMAIL',
        'MOLTFLOW_OWNER_PASSWORD',
        'MOLTFLOW_PACE',
      ],
      ...[
        'MOLTFLOW_PORT',
        'MOLTFLOW_PUBLIC_URL',
        'MOLTFLOW_SECRET_KEY',
        'MOLTFLOW_SIGNUP',
        'MOLTFLOW_WEBHOOK_RETRY_SECONDS',
      ],
    ])
  })

  for (const [name, environment, problem] of [
    ['a pace other than 1 against WhatsApp', { MOLTFLOW_PACE: '0.5' }, /^MOLTFLOW_PACE/],
    [
      'a pace other than 1 against a distant simulator',
      { MOLTFLOW_PACE: '0', MOLTFLOW_WA_URL: 'wss://example.com' },
      /^MOLTFLOW_PACE/,
    ],
    [
      'plain ws to another machine',
      { MOLTFLOW_WA_URL: 'ws://192.168.1.5:4000' },
      /^MOLTFLOW_WA_URL must use wss/,
    ],
    [
      'a name that only looks like loopback',
      { MOLTFLOW_WA_URL: 'ws://127.0.0.1.example.com' },
      /^MOLTFLOW_WA_URL must use wss/,
    ],
    [
      'a server database without a key',
      { DATABASE_URL: 'postgres://db/x' },
      /^MOLTFLOW_SECRET_KEY is required/,
    ],
    ['a key of the wrong length', { MOLTFLOW_SECRET_KEY: 'c2hvcnQ=' }, /^MOLTFLOW_SECRET_KEY must be base64/],
    ['an owner without a password', { MOLTFLOW_OWNER_EMAIL: 'a@example.com' }, /set together/],
  ] as const) {
    test(`${name} is refused`, () => {
      const problems = problemsOf(environment)
      assert.equal(problems.length, 1)
      assert.match(problems[0] ?? '', problem)
    })
  }

  test('what is allowed', () => {
    const allowed = [
      { MOLTFLOW_PACE: '0', MOLTFLOW_WA_URL: 'ws://127.0.0.1:4000' },
      { MOLTFLOW_PACE: '0', MOLTFLOW_WA_URL: 'ws://[::1]:4000' },
      { MOLTFLOW_WA_URL: 'ws://localhost:4000' },
      { DATABASE_URL: 'postgresql://u:p@db/x', MOLTFLOW_SECRET_KEY: `${key},${key}` },
      { MOLTFLOW_BOOTSTRAP_API_KEY: `mf_${'a'.repeat(32)}` },
    ]
    for (const environment of allowed) assert.deepEqual(problemsOf(environment), [])
    assert.deepEqual(
      loadConfig({ MOLTFLOW_DATA_DIR: dataDir, MOLTFLOW_OUTGOING_ALLOW: 'n8n, 10.0.0.0/8 ,' }).outgoingAllow,
      ['n8n', '10.0.0.0/8'],
    )
  })

  for (const [name, text] of [
    ['MOLTFLOW_TRUSTED_PROXIES', '0.0.0.0/0'],
    ['MOLTFLOW_TRUSTED_PROXIES', '10.0.0.1, nginx'],
    ['MOLTFLOW_TRUSTED_PROXIES', 'true'],
    ['MOLTFLOW_OUTGOING_ALLOW', 'http://127.0.0.1:8080'],
    ['MOLTFLOW_OUTGOING_ALLOW', '127.0.0.1:99999'],
    ['MOLTFLOW_OUTGOING_ALLOW', 'n8n:'],
    ['MOLTFLOW_OUTGOING_ALLOW', '127.0.0.1/hooks'],
    ['MOLTFLOW_OUTGOING_ALLOW', '10.0.0.0/99'],
  ] as const) {
    test(`${name}=${text} is refused with a sentence`, () => {
      const [problem = '', ...more] = problemsOf({ [name]: text })
      assert.match(problem, new RegExp(`^${name} must be .*CIDRs`))
      assert.deepEqual(more, [])
    })
  }

  test('.env.example is current: node server/src/config-example.ts', () => {
    const file = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8')
    assert.equal(file, describeEnvironment())
  })
})
