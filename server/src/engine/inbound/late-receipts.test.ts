import { test } from 'node:test'
import { sendText, useLinkedEngine } from '../../../test/harness-engine.ts'

const count = 60
const world = useLinkedEngine()

test('receipts that wait for a session are not lost when it is stopped while it takes them in', async () => {
  const { simulator, session, account } = world
  const bob = world.addPerson('Bob')
  // They come once the session is gone.
  simulator.fault({ kind: 'shuffle', phone: account, delayMs: 600_000 })
  const sent: string[] = []
  for (let n = 0; n < count; n += 1)
    sent.push((await sendText(world.engine, session.sessionId, `${bob}@c.us`, `${n}`)).waMessageId)
  simulator.fault({ kind: 'none' })
  const recorded = new Set<string>()
  const note = () => {
    for (const { waMessageId } of world.listener.all('status')) recorded.add(waMessageId)
  }
  note()
  await world.restart()
  await world.listener.next('status')
  await world.engine.stop(session.sessionId, 'stop')
  note()
  await world.restart()
  for (const id of sent)
    if (!recorded.has(id)) await world.listener.next('status', ({ waMessageId }) => waMessageId === id)
})
