import type { Connection } from '../connection.ts'
import { SimulatorError } from '../errors.ts'
import { stanza } from '../stanza.ts'
import { fail, replace, unlink } from '../stream-errors.ts'
import type { World } from '../world.ts'
import { type Fault, faultsOf, type StandingFault } from './model.ts'

/** Reasons of `<failure>` that a fault gives to clients that are connected, and again at every login. */
const failureReasons = { ban: 403, outdated: 405 } as const

/** Applies a fault: what is connected feels it now, and what lasts waits for its occasion. */
export function applyFault(world: World, fault: Fault): StandingFault | undefined {
  const { kind, phone } = fault
  const connections = connectionsOf(world, phone)
  switch (kind) {
    case 'drop':
      for (const connection of connections) connection.terminate()
      return undefined
    case 'conflict':
      for (const connection of connections) replace(connection)
      return undefined
    case 'logout':
      unlinkAll(world, phone)
      return undefined
    case 'ban':
    case 'outdated':
      for (const connection of connections) fail(connection, failureReasons[kind])
      return faultsOf(world).add(fault)
    case 'unavailable':
      for (const connection of connections) {
        connection.companion?.queue.close(connection)
        connection.closeWith(stanza('stream:error', { code: 503 }))
      }
      return faultsOf(world).add(fault)
    case 'deaf':
      return startDeafness(world, fault, connections)
    case 'slow':
      if (!fault.delayMs) throw new SimulatorError(422, 'slow needs a delayMs above 0', 'delayMs')
      for (const connection of connections) connection.slowMs = fault.delayMs
      if (fault.durationMs !== undefined) world.after(fault.durationMs + 1, () => endSlowness(world, phone))
      return faultsOf(world).add(fault)
    case 'shuffle':
      return shuffle(world, fault, connections)
    case 'ack_error':
    case 'app_state_error':
    case 'passkey':
    case 'phone_offline':
    case 'undecryptable':
      return faultsOf(world).add(fault)
    case 'media_gone':
    case 'media_lost':
    case 'media_corrupt':
    case 'media_truncated':
    case 'media_slow':
    case 'upload_refused':
      checkMediaFault(fault)
      return faultsOf(world).add(fault)
  }
}

function checkMediaFault({ kind, code, bytesPerSecond }: Fault): void {
  if (kind === 'media_slow' && !bytesPerSecond) {
    throw new SimulatorError(422, 'media_slow needs bytesPerSecond', 'bytesPerSecond')
  }
  if (code !== undefined && (code < 400 || code > 599)) {
    throw new SimulatorError(422, `${kind} takes an HTTP status from 400 to 599`, 'code')
  }
}

/** Ends faults; connections on which they lay work again. */
export function clearFaults(world: World, kind: Fault['kind'] | undefined, phone: string | undefined): void {
  faultsOf(world).clear(kind, phone)
  if (kind === undefined || kind === 'deaf') endDeafness(world, phone)
  if (kind === undefined || kind === 'slow') endSlowness(world, phone)
  if (kind === undefined || kind === 'shuffle') endShuffle(world, phone)
}

function shuffle(world: World, fault: Fault, connections: readonly Connection[]): StandingFault {
  const { delayMs, durationMs, phone } = fault
  if (!delayMs) throw new SimulatorError(422, 'shuffle needs a delayMs above 0', 'delayMs')
  for (const connection of connections) connection.shuffleMs = delayMs
  if (durationMs !== undefined) world.after(durationMs + 1, () => endShuffle(world, phone))
  return faultsOf(world).add(fault)
}

function endShuffle(world: World, phone: string | undefined): void {
  for (const connection of connectionsOf(world, phone)) {
    connection.shuffleMs = faultsOf(world).find('shuffle', connection.account?.phone)?.delayMs ?? 0
  }
}

function endSlowness(world: World, phone: string | undefined): void {
  for (const connection of connectionsOf(world, phone)) {
    connection.slowMs = faultsOf(world).find('slow', connection.account?.phone)?.delayMs ?? 0
  }
}

/** Deaf connections work again. One that was deaf from its login on is cut: its client never got in. */
function endDeafness(world: World, phone: string | undefined): void {
  for (const connection of connectionsOf(world, phone)) {
    if (!connection.isDeaf) continue
    connection.isDeaf = false
    if (connection.isActive && connection.isOpen) connection.companion?.queue.reopen(connection)
    else connection.terminate()
  }
}

function connectionsOf(world: World, phone: string | undefined): Connection[] {
  return [...world.connections].filter(
    (connection) => phone === undefined || connection.account?.phone === phone,
  )
}

/** The owner unlinks the devices on the phone: they are disconnected, and their next login is refused with 401. */
function unlinkAll(world: World, phone: string | undefined): void {
  const accounts = phone === undefined ? world.accounts.values() : [world.account(phone)]
  for (const account of accounts) unlink(account, [...account.companions.values()])
}

/**
 * Connections stay open and nothing passes any more. Without a duration only those that are open now are
 * deaf, so that a client that recycles its socket recovers.
 */
function startDeafness(world: World, fault: Fault, connections: Connection[]): StandingFault | undefined {
  for (const connection of connections) {
    connection.isDeaf = true
    connection.companion?.queue.close(connection)
  }
  const { durationMs, phone } = fault
  if (durationMs === undefined) return undefined
  const standing = faultsOf(world).add(fault)
  world.after(durationMs, () => endDeafness(world, phone))
  return standing
}
