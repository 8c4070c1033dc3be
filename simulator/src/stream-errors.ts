import type { Account, Companion } from './accounts.ts'
import type { Connection } from './connection.ts'
import { stanza } from './stanza.ts'

/** Tells a client that another one took its place. */
export function replace(connection: Connection): void {
  connection.companion?.queue.close(connection)
  connection.closeWith(stanza('stream:error', {}, [stanza('conflict', { type: 'replaced' })]))
}

/** Ends a connection with the reason that Baileys turns into its disconnect reason. */
export function fail(connection: Connection, reason: number): void {
  connection.companion?.queue.close(connection)
  connection.closeWith(stanza('failure', { reason, location: 'simulator' }))
}

/** The owner unlinks some devices: they are disconnected, and who keeps a list of the devices is notified. */
export function unlink(account: Account, devices: readonly Companion[]): void {
  if (!devices.length) return
  for (const companion of devices) {
    account.companions.delete(companion.device)
    const { connection } = companion
    if (!connection) continue
    companion.queue.close(connection)
    const removed = stanza('conflict', { type: 'device_removed' })
    connection.closeWith(stanza('stream:error', { code: 401 }, [removed]))
  }
  account.notifyDevices(
    'remove',
    devices.map(({ device }) => device),
  )
}
