import type { Stage } from '../../scripts/demo/example-steps.ts'
import { createClient } from '../../scripts/demo/http.ts'
import { createWorld, ownPhone } from '../../scripts/demo/world.ts'
import type { TestTenant } from '../../server/test/harness.ts'
import { liftLimits } from '../../server/test/lift-limits.ts'
import { createLinkedApp, type LinkedApp } from '../../server/test/linked-session.ts'
import { consentToAi } from '../../server/test/model-world.ts'
import { until } from '../../server/test/until.ts'

/** The product as a program sees it: an address, a key, a linked account and people who write to it. */
export interface World {
  app: LinkedApp
  tenant: TestTenant
  /** Where it listens, without `/api/v2`. */
  address: string
  /** A key that may do everything. */
  key: string
  /** The account and the people of the API's examples. */
  stage: Stage
  /** Somebody writes to the account. */
  write(from: string, text: string): Promise<unknown>
  close(): Promise<void>
}

const people = ['15550100101', '15550100102', '15550100103', '15550100104', '15550100105']

async function linkPhone(app: LinkedApp, owner: Stage['owner']): Promise<string> {
  const { id } = await owner<{ id: string }>('POST', '/sessions', { name: 'Front desk' })
  const untilStatus = (status: string) =>
    until(status, async () => (await owner('GET', `/sessions/${id}`))['status'] === status || undefined)
  await owner('POST', `/sessions/${id}/start`)
  await untilStatus('qr_code')
  const { code } = await owner<{ code: string }>('GET', `/sessions/${id}/qr`)
  app.simulator.scan(ownPhone, code)
  await untilStatus('working')
  return id
}

/** Opens it; close it in `after`. Time passes and jobs run by themselves. */
export async function openWorld(): Promise<World> {
  const app = await createLinkedApp({ isLive: true })
  const tenant = await app.tenant()
  await liftLimits(app.database.db)
  await consentToAi(tenant.api)
  const simulator = createClient(app.simulator.controlUrl)
  await createWorld(simulator, async () => undefined)
  const address = await app.app.http.listen({ host: '127.0.0.1', port: 0 })
  const owner = createClient(`${address}/api/v2`, { authorization: `Bearer ${tenant.token}` })
  const session = await linkPhone(app, owner)
  const write = (from: string, text: string) =>
    simulator('POST', `/accounts/${from}/messages`, { to: `${ownPhone}@c.us`, text })
  for (const person of people) await write(person, 'Hello')
  await until('their chats', async () => {
    const { total } = await owner<{ total: number }>('GET', '/chats?is_group=false')
    return total >= people.length || undefined
  })
  const owners = { email: tenant.email, password: '' }
  const stage: Stage = { session, simulator, owner, owners, seen: new Map() }
  return { app, tenant, address, key: await tenant.key(['*']), stage, write, close: () => app.close() }
}
