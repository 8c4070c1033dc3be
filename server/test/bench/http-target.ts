// One process, one pool, two routes: ours with all its checks, and a bare one that runs the same query.
import Fastify from 'fastify'
import { createApp } from '../../src/app.ts'
import { loadConfig, readEnvironment } from '../../src/config.ts'
import { listSessions } from '../../src/features/sessions/lifecycle/sessions.store.ts'
import { createLog } from '../../src/platform/log.ts'
import { liftLimits } from '../lift-limits.ts'

const config = loadConfig(readEnvironment())
const app = await createApp({ config, log: createLog({ level: 'warn' }), version: 'bench' })
await liftLimits(app.ctx.db)
const port = await app.listen()
const { rows } = await app.ctx.db.pool.query<{ id: string }>('SELECT id FROM tenants LIMIT 1')
const tenantId = rows[0]?.id ?? ''
const bare = Fastify()
bare.get('/sessions', async () => listSessions(app.ctx.db.sql, tenantId))
const bareUrl = await bare.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ ours: `http://127.0.0.1:${port}/api/v2/sessions`, bare: `${bareUrl}/sessions` })
process.on('disconnect', async () => {
  await bare.close()
  await app.close()
  process.exit(0)
})
