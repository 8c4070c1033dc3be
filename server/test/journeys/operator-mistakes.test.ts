import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import pino from 'pino'
import { openDatabase } from '../../src/platform/database/open.ts'
import { isServerTest } from '../harness-database.ts'
import { databaseEnvironment } from '../process-database.ts'
import { startServer, temporaryDirectory } from '../processes.ts'
import { smallDisk, whyNoSmallDisk } from '../small-disk.ts'

const secretKey = Buffer.alloc(32, 7).toString('base64')
const server = join(import.meta.dirname, '../..')
const program = [join(server, 'bin/moltflow')]
/** The program as far as the open database, with the same preloads. */
const beginning = [
  process.execPath,
  '--import',
  join(server, 'src/platform/quick-imports.ts'),
  '--import',
  join(server, 'bin/start-database.ts'),
  join(server, 'test/program-beginning.ts'),
]

interface Refusal {
  code: number | null
  stderr: string
  stdout: string
}

/** Starts the program as an operator does, in a directory of its own, and waits for its end. */
async function refused(
  env: Record<string, string>,
  { cwd, by: [command = '', ...args] = program }: { cwd?: string; by?: readonly string[] } = {},
): Promise<Refusal> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(MOLTFLOW_|DATABASE_URL|NODE_)/.test(name))
  const child = spawn(command, args, {
    cwd,
    env: { ...Object.fromEntries(kept), MOLTFLOW_PORT: '0', LOG_LEVEL: 'fatal', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
  const parts = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (parts.stdout += chunk))
  child.stderr.on('data', (chunk) => (parts.stderr += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...parts }
}

/** The same of its beginning, which is what refuses a database. */
const unopened = (env: Record<string, string>) => refused(env, { by: beginning })

/** One sentence that says what is wrong, exit code 1, and no stack. */
function assertSentence({ code, stderr, stdout }: Refusal, pattern: RegExp): void {
  assert.match(stderr, pattern)
  assert.equal(code, 1, stderr)
  assert.doesNotMatch(stderr + stdout, /\n\s+at |node:internal|\[cause\]|secret-password/)
}

/** Every file of a data directory with its content; who had the directory last is the program's own note. */
function listing(directory: string): Map<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted()
  const own = paths.filter((path) => !/\/database\.(lock|pid)$/.test(path))
  return new Map(own.map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]))
}

const blocks = (text: string) => Buffer.from(text.repeat(2000).slice(0, 8192))

interface Damage {
  harm(directory: string): void
  says: RegExp
  /** It is found only once the database was opened, which writes: then a second start must say the same. */
  isFoundLate?: boolean
}

/** What may have become of a data directory, and the sentence about it. */
const damages: Record<string, Damage> = {
  'a cluster of a newer PostgreSQL': {
    harm: (data) => writeFileSync(join(data, 'database/PG_VERSION'), '19\n'),
    says: /was made by PostgreSQL 19; this MoltFlow has PostgreSQL 18\. Start the newer MoltFlow/,
  },
  'a cluster of an older PostgreSQL': {
    harm: (data) => writeFileSync(join(data, 'database/PG_VERSION'), '17\n'),
    says: /was made by PostgreSQL 17/,
  },
  'nonsense in PG_VERSION': {
    harm: (data) => writeFileSync(join(data, 'database/PG_VERSION'), 'none\n'),
    says: /is damaged \(PG_VERSION names no version\)\. Restore .* from a backup/,
  },
  'no PG_VERSION': {
    harm: (data) => rmSync(join(data, 'database/PG_VERSION')),
    says: /is damaged \(PG_VERSION is missing\)/,
  },
  'no pg_control': {
    harm: (data) => rmSync(join(data, 'database/global/pg_control')),
    says: /is damaged \(global\/pg_control missing\)/,
  },
  'a cut pg_control': {
    harm: (data) => truncateSync(join(data, 'database/global/pg_control'), 100),
    says: /is damaged \(global\/pg_control has 100 bytes instead of 8192\)/,
  },
  'an empty pg_control': {
    harm: (data) => truncateSync(join(data, 'database/global/pg_control'), 0),
    says: /is damaged/,
  },
  'a pg_control full of something else': {
    harm: (data) => writeFileSync(join(data, 'database/global/pg_control'), blocks('no ')),
    says: /is damaged/,
  },
  'no write-ahead log': {
    harm: (data) => rmSync(join(data, 'database/pg_wal'), { recursive: true }),
    says: /is damaged \(pg_wal missing\)/,
  },
  'an empty write-ahead log': {
    harm: (data) => {
      rmSync(join(data, 'database/pg_wal'), { recursive: true })
      mkdirSync(join(data, 'database/pg_wal'))
    },
    says: /is damaged/,
    isFoundLate: true,
  },
  'no tables': {
    harm: (data) => rmSync(join(data, 'database/base'), { recursive: true }),
    says: /is damaged \(base missing\)/,
  },
  'a file instead of the cluster': {
    harm: (data) => {
      rmSync(join(data, 'database'), { recursive: true })
      writeFileSync(join(data, 'database'), 'x')
    },
    says: /database is a file/,
  },
  'an empty installation key': {
    harm: (data) => writeFileSync(join(data, 'installation.key'), ''),
    says: /installation\.key holds no installation key: it is empty\. Put the file back from a backup/,
    isFoundLate: true,
  },
  'a short installation key': {
    harm: (data) => writeFileSync(join(data, 'installation.key'), 'c2hvcnQ=\n'),
    says: /installation\.key holds no installation key/,
    isFoundLate: true,
  },
  'a directory instead of the lock file': {
    harm: (data) => {
      rmSync(join(data, 'database.lock'), { force: true })
      mkdirSync(join(data, 'database.lock'))
    },
    says: /The data directory .* cannot be used/,
  },
}

suite('a data directory that cannot be used', { skip: isServerTest }, () => {
  let used: Awaited<ReturnType<typeof temporaryDirectory>>
  before(async () => {
    used = await temporaryDirectory()
    await (await startServer({ env: { MOLTFLOW_DATA_DIR: used.path }, by: 'program' })).process.stop()
  })
  after(() => used[Symbol.asyncDispose]())

  /** A copy of a data directory that was in use. */
  async function copy() {
    const data = await temporaryDirectory()
    await once(spawn('cp', ['-a', `${used.path}/.`, data.path]), 'close')
    return data
  }

  for (const [name, { harm, says, isFoundLate = false }] of Object.entries(damages)) {
    test(`${name} is told in a sentence, and nothing is changed`, async () => {
      await using data = await copy()
      harm(data.path)
      const before = listing(data.path)
      assertSentence(await unopened({ MOLTFLOW_DATA_DIR: data.path }), says)
      if (isFoundLate) assertSentence(await unopened({ MOLTFLOW_DATA_DIR: data.path }), says)
      else assert.deepEqual(listing(data.path), before, 'nothing was repaired, nothing destroyed')
    })
  }

  test('the program refuses as its beginning does, which the other cases start', async () => {
    for (const name of ['an empty pg_control', 'no tables']) {
      await using data = await copy()
      damages[name]?.harm(data.path)
      const [whole, begun] = [
        await refused({ MOLTFLOW_DATA_DIR: data.path }),
        await unopened({ MOLTFLOW_DATA_DIR: data.path }),
      ]
      assert.equal(whole.code, 1)
      assert.deepEqual(begun, whole)
    }
    await using data = await temporaryDirectory()
    const url = 'postgres://me:secret-password@127.0.0.1:9/moltflow'
    const env = { MOLTFLOW_DATA_DIR: data.path, MOLTFLOW_SECRET_KEY: secretKey, DATABASE_URL: url }
    assert.deepEqual(await unopened(env), await refused(env))
  })

  // Two at once: what either would hold up, the start would not get past.
  for (const [name, [lock, pid]] of Object.entries<[string | Buffer, string | undefined]>({
    'an empty one, and a number of another program that runs': ['', `${process.pid}\n`],
    'words, and a number that is none': ['this is no lock file\n'.repeat(100), 'nonsense'],
    'binary nonsense, and a number of nobody': [Buffer.alloc(9000, 0x9d), '2147483646\n'],
    'a few bytes, and a directory for the number': ['x', undefined],
  })) {
    test(`a lock file that is ${name} of its process hold nobody up`, async () => {
      await using data = await copy()
      writeFileSync(join(data.path, 'database.lock'), lock)
      const path = join(data.path, 'database.pid')
      rmSync(path, { force: true })
      if (pid === undefined) mkdirSync(path)
      else writeFileSync(path, pid)
      await (await startServer({ env: { MOLTFLOW_DATA_DIR: data.path }, by: 'program' })).process.stop()
    })
  }

  test('a second process is told who has the directory, whatever the file with its number says', async () => {
    await using data = await copy()
    const server = await startServer({ env: { MOLTFLOW_DATA_DIR: data.path }, by: 'program' })
    try {
      assertSentence(
        await unopened({ MOLTFLOW_DATA_DIR: data.path }),
        /is in use by process \d+\. Stop it first/,
      )
      for (const content of ['', 'rm -rf /']) {
        writeFileSync(join(data.path, 'database.pid'), content)
        assertSentence(await unopened({ MOLTFLOW_DATA_DIR: data.path }), /is in use by another process\./)
      }
    } finally {
      await server.process.stop()
    }
  })

  test('a database that a newer version migrated is left to it', async () => {
    await using data = await copy()
    const db = await openDatabase({ dataDirectory: data.path, log: pino({ level: 'silent' }) })
    await db.pool.query("INSERT INTO schema_migrations (name, sha256) VALUES ('9999_future.sql', 'x')")
    await db.close()
    const says = /migrated by a newer version \(9999_future\.sql\)\. Start that version/
    assertSentence(await refused({ MOLTFLOW_DATA_DIR: data.path }), says)
  })

  test('a key that others can read is closed to them, which is told', async () => {
    await using data = await copy()
    chmodSync(join(data.path, 'installation.key'), 0o644)
    const server = await startServer({ env: { MOLTFLOW_DATA_DIR: data.path }, by: 'program' })
    await server.process.stop()
    assert.match(server.process.output, /could be read by others \(mode 0644\)/)
  })

  test('a file, or a path below one, is told', async () => {
    await using data = await temporaryDirectory()
    const file = join(data.path, 'file')
    writeFileSync(file, 'x')
    assertSentence(
      await unopened({ MOLTFLOW_DATA_DIR: file }),
      /cannot be used: there is a file of this name/,
    )
    assertSentence(await unopened({ MOLTFLOW_DATA_DIR: join(file, 'data') }), /a part of the path is a file/)
    assert.equal(readFileSync(file, 'utf8'), 'x')
  })

  test('one on a read-only file system is told', { skip: whyNoSmallDisk }, async () => {
    await using disk = await smallDisk(1)
    await once(spawn('mount', ['-o', 'remount,ro', disk.path]), 'close')
    assertSentence(
      await refused({ MOLTFLOW_DATA_DIR: disk.path }),
      /cannot be used: the file system is read-only/,
    )
    assertSentence(
      await refused({ MOLTFLOW_DATA_DIR: join(disk.path, 'data') }),
      /the file system is read-only/,
    )
  })

  test('a full disk is told, and the next start with room begins as if nothing had been', {
    skip: whyNoSmallDisk,
  }, async () => {
    await using disk = await smallDisk(100)
    const env = { MOLTFLOW_DATA_DIR: join(disk.path, 'data') }
    for (const leftBytes of [0, 9_000_000]) {
      disk.fill(leftBytes)
      assertSentence(await refused(env), /(disk.*is full|cannot be made: the disk is full)/)
      disk.free()
    }
    const server = await startServer({ env, by: 'program' })
    await server.process.stop()
  })
})

suite('an address that cannot be listened on', { skip: isServerTest }, () => {
  let data: Awaited<ReturnType<typeof temporaryDirectory>>
  before(async () => {
    data = await temporaryDirectory()
  })
  after(() => data[Symbol.asyncDispose]())

  test('a port in use is told, and named', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const env = { MOLTFLOW_DATA_DIR: data.path, MOLTFLOW_PORT: String(port) }
    assertSentence(
      await refused(env),
      new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is in use by another program`, 'm'),
    )
    other.close()
  })

  for (const host of ['203.0.113.7', 'no-such-host.invalid', '300.1.1.1']) {
    test(`${host} is no address of this machine`, async () => {
      const env = { MOLTFLOW_DATA_DIR: data.path, MOLTFLOW_HOST: host }
      assertSentence(await refused(env), /^MOLTFLOW_HOST .* is no address of this machine/m)
    })
  }
})

/** Answers like something that is no PostgreSQL. */
async function impostor(answer: string | undefined) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => (answer === undefined ? socket.destroy() : socket.end(answer)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `postgres://me:secret-password@127.0.0.1:${port}/moltflow`,
    [Symbol.dispose]: () => server.close(),
  }
}

// All cases but the last need no server: they are run once, beside the embedded database.
suite('a database server that cannot be used', () => {
  const wrongUrls: Record<string, [string, RegExp]> = {
    'nobody there': [
      'postgres://me:secret-password@127.0.0.1:9/moltflow',
      /Nobody answers at 127\.0\.0\.1:9/,
    ],
    'a host that is not there': [
      'postgres://me:secret-password@no-such-host.invalid/moltflow',
      /host of no-such-host\.invalid:5432 is unknown/,
    ],
    'a socket that is not there': [
      'postgres://me:secret-password@%2Fnowhere/moltflow',
      /no PostgreSQL at the socket in \/nowhere:/,
    ],
    'a socket that is not there, as a parameter': [
      'postgres://me:secret-password@localhost/moltflow?host=/nowhere',
      /no PostgreSQL at the socket in \/nowhere:/,
    ],
    'a bare percent sign in the user': [
      'postgres://m%e:secret-password@127.0.0.1:9/moltflow',
      /^The database server cannot be used\. /,
    ],
    'a bare percent sign in the database': [
      'postgres://me:secret-password@127.0.0.1:9/molt%flow',
      /^The database server cannot be used\. /,
    ],
    'another scheme': [
      'mysql://me:secret-password@127.0.0.1/moltflow',
      /DATABASE_URL must be a URL like postgres:/,
    ],
    'no URL': ['host=localhost user=me', /DATABASE_URL must be a URL like postgres:/],
  }
  for (const [name, [url, says]] of Object.entries(wrongUrls)) {
    test(`${name} is told`, { skip: isServerTest }, async () => {
      await using data = await temporaryDirectory()
      assertSentence(
        await unopened({ MOLTFLOW_DATA_DIR: data.path, MOLTFLOW_SECRET_KEY: secretKey, DATABASE_URL: url }),
        says,
      )
    })
  }

  for (const [name, answer] of Object.entries({
    'a web server': 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
    'whoever hangs up': undefined,
  })) {
    test(`${name} is told`, { skip: isServerTest }, async () => {
      await using data = await temporaryDirectory()
      using other = await impostor(answer)
      const env = { MOLTFLOW_DATA_DIR: data.path, MOLTFLOW_SECRET_KEY: secretKey, DATABASE_URL: other.url }
      assertSentence(
        await unopened(env),
        /What answers at 127\.0\.0\.1:\d+ cannot be used as a PostgreSQL server/,
      )
    })
  }

  test('a database that is missing, a user that is unknown and one without rights are told', {
    skip: !isServerTest,
  }, async () => {
    await using data = await temporaryDirectory()
    await using database = await databaseEnvironment()
    const env = { MOLTFLOW_DATA_DIR: data.path, MOLTFLOW_SECRET_KEY: secretKey }
    const url = new URL(database.env.DATABASE_URL ?? '')
    const changed = (change: (url: URL) => void) => {
      const other = new URL(url)
      change(other)
      return { ...env, DATABASE_URL: other.href }
    }
    assertSentence(
      await refused(changed((other) => (other.pathname = '/no_such_database'))),
      /has no database no_such_database: make it/,
    )
    assertSentence(
      await refused(changed((other) => (other.username = 'no_such_user'))),
      /does not let no_such_user in/,
    )
    const db = await openDatabase({
      databaseUrl: url.href,
      dataDirectory: data.path,
      log: pino({ level: 'silent' }),
    })
    const role = `guest_${process.pid}`
    await db.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret-password'`)
    try {
      const says = /may not (make what MoltFlow needs|use the database)/
      assertSentence(
        await refused(
          changed((other) => {
            other.username = role
            other.password = 'secret-password'
          }),
        ),
        says,
      )
    } finally {
      await db.pool.query(`DROP ROLE ${role}`)
      await db.close()
    }
  })
})

suite('settings that cannot be', { skip: isServerTest }, () => {
  const settings: Record<string, string> = {
    MOLTFLOW_PORT: '0x50',
    MOLTFLOW_PUBLIC_URL: 'flow.example.com',
    MOLTFLOW_PACE: 'slow',
    MOLTFLOW_SIGNUP: 'yes',
    LOG_LEVEL: 'loud',
    MOLTFLOW_WEBHOOK_RETRY_SECONDS: '5,ten',
    MOLTFLOW_SECRET_KEY: 'too short',
    MOLTFLOW_METRICS_TOKEN: 'short',
    MOLTFLOW_BOOTSTRAP_API_KEY: 'mf_short',
    MOLTFLOW_OWNER_EMAIL: 'nobody',
    MOLTFLOW_SMTP_URL: 'mail.example.com',
    MOLTFLOW_WA_URL: 'http://127.0.0.1:4000',
    MOLTFLOW_S3_ENDPOINT: 'bucket',
  }

  test('are told all at once, each by its name, and none by its value where it is a secret', async () => {
    await using data = await temporaryDirectory()
    const refusal = await refused({ MOLTFLOW_DATA_DIR: data.path, ...settings })
    assertSentence(refusal, /^The configuration has problems:/m)
    for (const name of Object.keys(settings)) assert.match(refusal.stderr, new RegExp(`^ {2}${name} `, 'm'))
    assert.doesNotMatch(refusal.stderr, /too short|mf_short/)
  })

  test('a slip in a name is told, and the program goes on', async () => {
    await using data = await temporaryDirectory()
    const env = {
      MOLTFLOW_DATA_DIR: data.path,
      MOLTFLOW_DATABASE_URL: 'postgres://x',
      MOLTFLOW_PROT: '1',
    }
    const server = await startServer({ env, by: 'program' })
    await server.process.stop()
    assert.match(
      server.process.output,
      /MOLTFLOW_DATABASE_URL is no setting of MoltFlow and is ignored; DATABASE_URL is\./,
    )
    assert.match(server.process.output, /MOLTFLOW_PROT is no setting of MoltFlow and is ignored\./)
  })

  test('a directory in the place of .env is told', async () => {
    await using data = await temporaryDirectory()
    mkdirSync(join(data.path, '.env'))
    assertSentence(
      await refused({ MOLTFLOW_DATA_DIR: data.path }, { cwd: data.path }),
      /^\.env is a directory, not a file/m,
    )
  })
})
