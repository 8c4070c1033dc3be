import { ConfigError, loadConfig, readEnvironment } from './config.ts'
import { createRecoveryLink } from './features/account/setup/recovery.service.ts'
import { systemClock } from './platform/clock.ts'
import { DataDirectoryInUseError } from './platform/database/embedded/lock.ts'
import { runMigrations } from './platform/database/migrate.ts'
import { openDatabase } from './platform/database/open.ts'
import { systemIds } from './platform/ids.ts'
import { createLog } from './platform/log.ts'

const usage = `usage: npm run admin -- recover [EMAIL]

  recover   prints a link that works once, for a day, and lets the owner (or the person with this address) choose a
            new password. With the embedded database stop MoltFlow first, and start it again to open the link.`

/** What the operator of the machine may do without signing in; not the API's business. */
async function recover(email: string | undefined): Promise<string> {
  const config = loadConfig(readEnvironment())
  const log = createLog({ level: 'error' })
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory: config.dataDir, log })
  try {
    await runMigrations(db)
    const made = await createRecoveryLink({ db, clock: systemClock(), ids: systemIds(), config }, email)
    if (made === undefined) {
      throw new ConfigError([
        email === undefined
          ? 'Nobody can sign in yet: start MoltFlow and open the set-up link that it prints.'
          : `There is nobody with the address ${email}.`,
      ])
    }
    return `A new password for ${made.email}: with MoltFlow running, open this link once, within a day.\n  ${made.link}`
  } finally {
    await db.close()
  }
}

async function main([command, email, ...rest]: readonly string[]): Promise<void> {
  if (command !== 'recover' || rest.length > 0) throw new ConfigError([usage])
  process.stdout.write(`${await recover(email)}\n`)
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
