// Which files of the server run for one call, by the turn of the loop in which they are first reached:
// `node server/test/call-path.ts send|lead [--functions]`. `send` is a text to a warm chat by POST /messages/send, until
// it is answered; `lead` a message in a monitored group that becomes a lead. Everything has run often before, so that
// what is done once and kept is not counted. Several rounds are measured, and what only some of them reach is left out.
import { Session } from 'node:inspector/promises'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { addContact, addWarmContact, createLinkedApp, linkSession, nextEvent } from './linked-session.ts'

const root = '/server/src/'
const warmUps = 30
const rounds = 5
/** Receipts come when nobody measures any more. */
const app = await createLinkedApp({}, { deliveryMs: 600_000, readMs: 600_000 })
const tenant = await app.tenant()
const session = await linkSession(app, tenant.api)

const calls: Record<string, () => Promise<() => Promise<unknown>>> = {
  async send() {
    const api = await tenant.apiWith(['messages:send'])
    const body = { session_id: session.id, chat_id: `${await addWarmContact(app, session)}@c.us` }
    let count = 0
    return () => api.post(201, '/messages/send', { ...body, message: `Hello ${count++}` })
  },
  async lead() {
    const members = Array.from({ length: warmUps + rounds }, () => addContact(app))
    const [owner = ''] = members
    const { id } = app.simulator.groups.create({
      subject: 'Neighbourhood',
      owner,
      members: [...members, session.phone],
    })
    const group = { session_id: session.id, wa_group_id: id, monitor_keywords: ['plumber'] }
    await tenant.api.post(201, '/groups', group)
    return async () => {
      const seen = nextEvent(app, 'lead.detected')
      await app.simulator.sendMessage(members.pop() ?? '', { to: id, text: 'I am looking for a plumber' })
      await seen
      // The receipt leaves a moment after the event.
      await sleep(50)
    }
  },
}

const inspector = new Session()

/** The functions of the server that ran since the last time, by file. */
async function takeReached(): Promise<Map<string, string[]>> {
  const { result } = await inspector.post('Profiler.takePreciseCoverage')
  const reached = new Map<string, string[]>()
  for (const { url, functions } of result) {
    const names = functions.flatMap(({ functionName, ranges }) =>
      (ranges[0]?.count ?? 0) > 0 ? [functionName || '()'] : [],
    )
    if (url.includes(root) && names.length > 0) reached.set(url.slice(url.indexOf(root) + root.length), names)
  }
  return reached
}

/** What one call reaches, in order: looked at after every turn of the loop. */
async function follow(call: () => Promise<unknown>): Promise<Map<string, Set<string>>> {
  const reached = new Map<string, Set<string>>()
  const look = async () => {
    for (const [file, names] of await takeReached())
      reached.set(file, new Set([...(reached.get(file) ?? []), ...names]))
  }
  await sleep(300)
  await takeReached()
  let isOver = false
  const over = call().finally(() => {
    isOver = true
  })
  while (!isOver) {
    await look()
    await nextTurn()
  }
  await over
  await look()
  return reached
}

const [name = 'send', option] = process.argv.slice(2)
const call = await calls[name]?.()
if (call === undefined) throw new Error(`there are ${Object.keys(calls).join(', ')}`)
inspector.connect()
await inspector.post('Profiler.enable')
await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
for (let n = 0; n < warmUps; n += 1) await call()
const all = []
for (let round = 0; round < rounds; round += 1) all.push(await follow(call))
const [first = new Map<string, Set<string>>(), ...others] = all
const files = [...first].filter(([file]) => others.every((reached) => reached.has(file)))
process.stdout.write(`${name}: ${files.length} files\n`)
for (const [file, names] of files)
  process.stdout.write(`${file}${option === '--functions' ? ` (${[...names].join(', ')})` : ''}\n`)
inspector.disconnect()
await app.close()
process.exit(0)
