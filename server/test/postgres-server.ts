import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)

/** A real PostgreSQL server for tests. */
export interface PostgresServer {
  /** Of its superuser and the database `postgres`. */
  url: string
  stop(): Promise<void>
}

/** Starts a server of what the machine has installed; throws with a loud sentence when it has none. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const binaries = findBinaries()
  if (binaries === undefined) {
    throw new Error(
      'NO POSTGRESQL SERVER: neither initdb on PATH nor /usr/lib/postgresql/*/bin. The suite cannot run on a server; install the package "postgresql".',
    )
  }
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-postgres-'))
  const account = await unprivilegedAccount()
  if (account !== undefined) chownSync(directory, account.uid, account.gid)
  const owner = account === undefined ? {} : { uid: account.uid, gid: account.gid }
  const cluster = join(directory, 'data')
  await run(
    join(binaries, 'initdb'),
    ['-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
    owner,
  )
  const port = await findFreePort()
  const settings = [
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'max_connections=400',
    'shared_buffers=64MB',
  ]
  const server = spawn(
    join(binaries, 'postgres'),
    [
      '-D',
      cluster,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      directory,
      ...settings.flatMap((s) => ['-c', s]),
    ],
    { ...owner, stdio: 'ignore' },
  )
  const exited = once(server, 'exit')
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const stop = async (): Promise<void> => {
    server.kill('SIGINT')
    await exited
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await untilReady(url)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

function findBinaries(): string | undefined {
  const installed = '/usr/lib/postgresql'
  const debian = listDirectory(installed)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(installed, version, 'bin'))
  const candidates = [...(process.env.PATH ?? '').split(delimiter), ...debian]
  return candidates.find(
    (directory) => isExecutable(join(directory, 'initdb')) && isExecutable(join(directory, 'postgres')),
  )
}

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** PostgreSQL refuses to run as root, so root lends it another account. */
async function unprivilegedAccount(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
      )
      if (uid !== undefined && gid !== undefined) return { uid, gid }
    } catch {
      // This machine has no such account; the next name is tried.
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to lend it',
  )
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

async function untilReady(url: string): Promise<void> {
  let cause: unknown
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return
    } catch (error) {
      cause = error
      await wait(50)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  throw new Error('the PostgreSQL server did not come up within ten seconds', { cause })
}

/** `node postgres-server.ts -- <command...>`: runs the command with TEST_DATABASE_URL and ends with its code. */
async function main(): Promise<void> {
  const [program, ...parameters] = process.argv.slice(process.argv.indexOf('--') + 1)
  if (!process.argv.includes('--') || program === undefined)
    throw new Error('usage: postgres-server.ts -- <command...>')
  const server = await startPostgresServer()
  const environment = { ...process.env, TEST_DATABASE: 'postgres', TEST_DATABASE_URL: server.url }
  const command = spawn(program, parameters, { stdio: 'inherit', env: environment })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => command.kill(signal))
  const [code] = await once(command, 'exit')
  await server.stop()
  process.exitCode = typeof code === 'number' ? code : 1
}

if (import.meta.main) await main()
