import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import type { Database } from '../src/platform/database/database.ts'
import { openDatabase } from '../src/platform/database/open.ts'
import { startServer } from './processes.ts'

/** Lets every tenant ask as often as it likes. */
export async function liftRequestRate(db: Database): Promise<void> {
  await db.sql.execute(text`
    UPDATE tenants SET limit_overrides = '{"api_requests_per_minute": 100000000}'::jsonb`)
}

/** Lets every tenant send as fast as it can: its limits are not what a benchmark or the crash test is about. */
export async function liftLimits(db: Database): Promise<void> {
  await liftRequestRate(db)
  await db.sql.execute(text`
    UPDATE tenant_settings SET cold_contacts = 'warn', chat_history_access_enabled = true,
      antispam = antispam || '{"enabled": false, "rate_limit": 10000000}'::jsonb`)
}

/** Starts an installation once, so that its first tenant exists, stops it and changes its limits. */
export async function prepareInstallation(env: Record<string, string>, change = liftLimits): Promise<void> {
  const server = await startServer({ env, by: 'program' })
  await server.process.stop()
  const db = await openDatabase({
    databaseUrl: env.DATABASE_URL,
    dataDirectory: env.MOLTFLOW_DATA_DIR ?? '',
    log: pino({ level: 'silent' }),
  })
  await change(db)
  await db.close()
}
