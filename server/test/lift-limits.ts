import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import type { Database } from '../src/platform/database.ts'
import { openDatabase } from '../src/platform/database-open.ts'
import { startServer } from './processes.ts'

/** Lets every tenant send as fast as it can: its limits are not what a benchmark or the crash test is about. */
export async function liftLimits(db: Database): Promise<void> {
  await db.transaction(async (sql) => {
    await sql.execute(text`UPDATE tenants SET limit_overrides = '{"api_requests_per_minute": 100000000}'::jsonb`)
    await sql.execute(text`UPDATE tenant_settings SET cold_contacts = 'warn', chat_history_access_enabled = true,
      antispam = antispam || '{"enabled": false, "rate_limit": 10000000}'::jsonb`)
  })
}

/** Starts an installation once, so that its first tenant exists, stops it and lifts the tenant's limits. */
export async function prepareInstallation(env: Record<string, string>): Promise<void> {
  const server = await startServer({ env, by: 'node' })
  await server.process.stop()
  const db = await openDatabase({
    databaseUrl: env['DATABASE_URL'],
    dataDirectory: env['MOLTFLOW_DATA_DIR'] ?? '',
    log: pino({ level: 'silent' }),
  })
  await liftLimits(db)
  await db.close()
}
