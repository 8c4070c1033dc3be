import pino from 'pino'
import { type App, createApp } from '../src/app.ts'
import { ApiClient, injectDoor } from './api-client.ts'
import type { TestApp, TestTenant } from './harness.ts'

/** Another process over the database and the files of an app under test; it holds no session. */
export interface SecondProcess {
  app: App
  /** Its API, as the owner of a tenant. */
  apiOf(tenant: TestTenant): ApiClient
  close(): Promise<void>
}

/** Starts it; only on a PostgreSQL server, an embedded database belongs to one process. */
export async function startSecondProcess(first: TestApp): Promise<SecondProcess> {
  const db = await first.database.openSecond()
  if (db === undefined) throw new Error('an embedded database belongs to one process')
  const app = await createApp({
    config: first.app.ctx.config,
    log: pino({ level: 'silent' }),
    version: '0.0.0-test',
    clock: first.clock,
    db,
    areJobsManual: true,
    engine: { reconnectBaseMs: 20 },
  })
  return {
    app,
    apiOf: ({ token }) => new ApiClient(injectDoor(app.http), { authorization: `Bearer ${token}` }),
    async close() {
      await app.close()
      await db.close()
    },
  }
}
