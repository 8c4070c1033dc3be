// The beginning of the program as far as the open database, started by tests: whatever refuses a data directory or a
// database server does so here, and the rest of the program takes a second of a processor to load. A journey sees that
// the program says the same.
import pino from 'pino'
import { loadConfig, readEnvironment } from '../src/config.ts'
import { runMigrations } from '../src/platform/database/migrate.ts'
import { openDatabase } from '../src/platform/database/open.ts'
import { describeStartFailure } from '../src/platform/start-failures.ts'

try {
  const config = loadConfig(readEnvironment(), (sentence) => process.stderr.write(`${sentence}\n`))
  const log = pino({ level: 'silent' })
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory: config.dataDir, log })
  await runMigrations(db)
  await db.close()
} catch (error) {
  const sentence = describeStartFailure(error)
  if (sentence === undefined) console.error(error)
  else process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
