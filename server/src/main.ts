import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createApp } from './app.ts'
import { loadConfig, readEnvironment } from './config.ts'
import { createSetupLink } from './features/account/setup/setup.service.ts'
import { createLog } from './platform/log.ts'
import { describeStartFailure, type ListenAddress } from './platform/start-failures.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}
/** Built by the set-up that runs before `npm start`. */
const dashboardDirectory = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
const graceMs = 10_000
// Node 24 cuts small buffers from blocks of 64 KB, and whatever is kept of a block keeps all of it. With blocks of 8 KB,
// as Node had them before, it is an eighth of that.
Buffer.poolSize = 8 * 1024

/** A problem the operator can solve: a sentence instead of a stack. */
function refuse(sentence: string): never {
  tell(sentence)
  process.exit(1)
}

function tell(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

/** Ends the program: with a sentence where a person can do something, else with all that is known. */
function fail(error: unknown, address?: ListenAddress): never {
  const sentence = describeStartFailure(error, address)
  if (sentence !== undefined) refuse(sentence)
  console.error(error)
  process.exit(1)
}

async function main(): Promise<void> {
  const config = loadConfig(readEnvironment(), tell)
  const log = createLog({ level: config.logLevel })
  const app = await createApp({ config, log, version, dashboardDirectory })
  let isStopping = false
  const stop = (signal: string) => {
    if (isStopping) return
    isStopping = true
    log.info({ signal }, 'stopping')
    setTimeout(() => process.exit(1), graceMs).unref()
    app.close().then(
      () => process.exit(0),
      (error) => {
        log.error({ err: error }, 'the stop failed')
        process.exit(1)
      },
    )
  }
  // npm passes signals on that the terminal has sent to the whole group already, so each may come twice.
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  const port = await app.listen().catch((error: unknown) => fail(error, config))
  const link = await createSetupLink(app.ctx)
  announce(config.host, port, config.publicUrl, link)
  log.info({ port, version, database: app.ctx.db.kind }, 'ready')
}

/** What a person at the terminal wants to know; programs read the JSON lines and /health/ready. */
function announce(host: string, port: number, publicUrl: string, setupLink: string | undefined): void {
  const lines = [
    `MoltFlow ${version} listens on http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    `Dashboard: ${publicUrl}`,
    `API reference: ${publicUrl}/docs`,
  ]
  if (setupLink !== undefined)
    lines.push('', 'First run. Open this link once to create the owner:', `  ${setupLink}`)
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
}

main().catch((error: unknown) => fail(error))
