import { answer, type Query } from '../query.ts'
import { bootstrap } from './bootstrap.ts'

/** `iq passive`: with `<active>` the client is ready for what waited, and then for the bootstrap of a new link. */
export async function handlePassive(query: Query): Promise<void> {
  const { world, connection, companion, body } = query
  answer(query)
  if (body?.tag !== 'active') return
  companion.queue.open(connection)
  await bootstrap(world, companion)
  world.events.emit('online', companion)
}

/** `iq md <remove-companion-device>`: the client unlinks itself or another device of the account. */
export function handleDevices(query: Query): void {
  const { world, account, body } = query
  answer(query)
  const target = world.findCompanion(body?.attrs.jid)
  if (body?.tag !== 'remove-companion-device' || target?.account !== account) return
  account.companions.delete(target.device)
  account.notifyDevices('remove', [target.device])
  target.connection?.terminate()
}
