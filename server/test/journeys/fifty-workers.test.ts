import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silenceLibraryConsole } from '../../src/engine/library/console-guard.ts'
import type { ApiClient } from '../api-client.ts'
import { until } from '../until.ts'
import { type Shared, Worker } from './fifty-workers-actions.ts'
import * as checks from './fifty-workers-checks.ts'
import { Model } from './fifty-workers-model.ts'
import { FiftyWorld } from './fifty-workers-world.ts'

// The simulator runs in this process, and its library prints keys.
silenceLibraryConsole()

// FIFTY_SEED tries other runs, FIFTY_STEPS longer ones.
const seed = Number(process.env.FIFTY_SEED ?? 20_261_121)
const steps = Number(process.env.FIFTY_STEPS ?? 8)
const workerCount = 50

/** What there is once everything that was said and changed has been told. */
async function settled(world: FiftyWorld, model: Model): Promise<checks.Outcome> {
  let cause: unknown
  const complete = async (): Promise<checks.Outcome | undefined> => {
    const outcome = await checks.readOutcome(world)
    try {
      checks.checkEverythingCame(world, model, outcome)
      return outcome
    } catch (error) {
      cause = error
      return undefined
    }
  }
  return until('everything', complete, { everyMs: 200 }).catch(() => Promise.reject(cause))
}

test('50 workers at once on the same leads, groups, labels and approvals: every counter and every state is exact', {
  timeout: 180_000,
}, async (context) => {
  await using world = await FiftyWorld.create()
  const api = world.keyed[0] as ApiClient
  const model = new Model()
  const { id: userId } = await api.get(200, '/users/me')
  const sessions = await api.get(200, '/sessions')
  const first = sessions.find(({ phone_number: phone }: { phone_number: string }) =>
    phone.endsWith(world.accountPhones[0] ?? ''),
  )
  const chats = await checks.listAll(api, `/messages/chats/${first.id}`, 'chats')
  const chatIds = chats.filter(({ is_group: isGroup }) => isGroup !== true).map(({ id }) => id)
  assert.equal(chatIds.length, world.people.length)

  const shared: Shared = { world, model, userId, chatIds, busy: new Set(), lines: { count: 0 } }
  const workers = Array.from({ length: workerCount }, (_, n) => new Worker(shared, seed + n))
  const startedAt = performance.now()
  const [one] = workers
  await Promise.all(workers.map((worker) => worker.work(Math.ceil(steps / 2))))
  await Promise.all([...workers.map((worker) => worker.work(Math.floor(steps / 2))), one?.deleteDoomed()])
  const took = ((performance.now() - startedAt) / 1000).toFixed(1)
  context.diagnostic(`seed ${seed}, ${took} s: ${JSON.stringify(Object.fromEntries(model.tally))}`)

  assert.deepEqual(model.complaints, [])
  const outcome = await settled(world, model)
  checks.checkGroups(world, model, outcome)
  checks.checkLeads(world, model, outcome)
  checks.checkTimelines(world, model, outcome)
  checks.checkFields(model, outcome)
  await checks.checkLabels(world, model, chatIds)
  await checks.checkApprovals(world, model)
  await checks.checkAudit(world, model)
  assert.ok(model.moves.size > 5 && model.decided.size > 3, 'leads moved, and messages were decided')
  assert.doesNotMatch(world.output, /unhandled|MaxListeners|"level":(50|60)/i)
})
