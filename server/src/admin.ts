import { type Config, ConfigError, loadConfig, readEnvironment } from './config.ts'
import { createRecoveryLink } from './features/account/setup/recovery.service.ts'
import { askForRebuild } from './features/insight/rollups/rollups.service.ts'
import { systemClock } from './platform/clock.ts'
import type { Database } from './platform/database/database.ts'
import { DataDirectoryInUseError } from './platform/database/embedded/lock.ts'
import { runMigrations } from './platform/database/migrate.ts'
import { openDatabase } from './platform/database/open.ts'
import { systemIds } from './platform/ids.ts'
import { createLog } from './platform/log.ts'

const usage = `usage: npm run admin -- recover [EMAIL]
       npm run admin -- recount

  recover   prints a link that works once, for a day, and lets the owner (or the person with this address) choose a
            new password. With the embedded database stop MoltFlow first, and start it again to open the link.
  recount   has all figures of analytics counted anew from the messages; MoltFlow begins within ten minutes, and the old
            figures are shown until then. With the embedded database stop MoltFlow first.`

/** Works with the database as the program does. */
async function withDatabase<T>(work: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = loadConfig(readEnvironment())
  const log = createLog({ level: 'error' })
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory: config.dataDir, log })
  try {
    await runMigrations(db)
    return await work(db, config)
  } finally {
    await db.close()
  }
}

/** What the operator of the machine may do without signing in; not the API's business. */
function recover(email: string | undefined): Promise<string> {
  return withDatabase(async (db, config) => {
    const made = await createRecoveryLink({ db, clock: systemClock(), ids: systemIds(), config }, email)
    if (made === undefined) {
      throw new ConfigError([
        email === undefined
          ? 'Nobody can sign in yet: start MoltFlow and open the set-up link that it prints.'
          : `There is nobody with the address ${email}.`,
      ])
    }
    return `A new password for ${made.email}: with MoltFlow running, open this link once, within a day.\n  ${made.link}`
  })
}

async function recount(): Promise<string> {
  const tenants = await withDatabase((db) => askForRebuild(db))
  return `The figures of ${tenants === 1 ? 'one tenant' : `${tenants} tenants`} are counted anew: MoltFlow begins within ten minutes.`
}

async function main([command, ...rest]: readonly string[]): Promise<void> {
  const [email, ...more] = rest
  if (command === 'recover' && more.length === 0) process.stdout.write(`${await recover(email)}\n`)
  else if (command === 'recount' && rest.length === 0) process.stdout.write(`${await recount()}\n`)
  else throw new ConfigError([usage])
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    const isForPeople = error instanceof ConfigError || error instanceof DataDirectoryInUseError
    const problems = error instanceof ConfigError ? error.problems.join('\n') : ''
    process.stderr.write(`${isForPeople ? problems || error.message : (error as Error).stack}\n`)
    process.exit(1)
  },
)
