import { randomBytes } from 'node:crypto'
import type { proto } from 'baileys'
import type { Companion } from '../accounts.ts'
import type { Connection } from '../connection.ts'
import { faultsOf } from '../faults/model.ts'
import { isOutdated } from '../limits/model.ts'
import { SERVER, seconds, stanza, stanzaId } from '../stanza.ts'
import { replace } from '../stream-errors.ts'
import type { World } from '../world.ts'

const qrCodes = 6
const outdated = 405

/** The handshake is done: a client that is not linked gets QR codes, a linked one is let in or refused. */
export function login(world: World, connection: Connection, payload: proto.ClientPayload): void {
  const phone = payload.devicePairingData ? undefined : String(payload.username)
  connection.slowMs = faultsOf(world).find('slow', phone)?.delayMs ?? 0
  connection.shuffleMs = faultsOf(world).find('shuffle', phone)?.delayMs ?? 0
  const refusal = isOutdated(world, payload) ? outdated : refusalOf(world, phone)
  if (refusal) {
    connection.closeWith(stanza('failure', { reason: refusal, location: 'simulator' }))
    return
  }
  if (payload.devicePairingData) {
    offerPairing(world, connection, payload.devicePairingData)
    return
  }
  const companion = phone ? world.accounts.get(phone)?.companions.get(payload.device ?? 0) : undefined
  if (!companion?.noiseKey.equals(connection.clientKey)) {
    connection.closeWith(stanza('failure', { reason: 401, location: 'simulator' }))
    return
  }
  admit(world, connection, companion)
}

/** A fault that refuses the login, as the reason that Baileys turns into its disconnect reason. */
function refusalOf(world: World, phone: string | undefined): number | undefined {
  if (faultsOf(world).take('outdated', phone)) return outdated
  if (faultsOf(world).take('ban', phone)) return 403
  if (faultsOf(world).take('unavailable', phone)) return 503
  return undefined
}

function offerPairing(
  world: World,
  connection: Connection,
  registration: proto.ClientPayload.IDevicePairingRegistrationData,
): void {
  connection.registration = registration
  connection.references = Array.from({ length: qrCodes }, () => `2@${randomBytes(48).toString('base64')}`)
  for (const reference of connection.references) world.references.set(reference, connection)
  const refs = connection.references.map((reference) => stanza('ref', {}, Buffer.from(reference)))
  connection.send(
    stanza('iq', { from: SERVER, type: 'set', id: stanzaId(), xmlns: 'md' }, [
      stanza('pair-device', {}, refs),
    ]),
  )
}

function admit(world: World, connection: Connection, companion: Companion): void {
  const { account } = companion
  const previous = companion.connection
  if (previous) replace(previous)
  connection.account = account
  connection.companion = companion
  companion.connection = connection
  const deaf = faultsOf(world).find('deaf', account.phone)
  connection.isDeaf = deaf?.until !== undefined
  connection.send(
    stanza('success', {
      t: seconds(),
      lid: account.deviceLid(companion.device),
      props: '27',
      location: 'simulator',
      display_name: account.name,
      creation: seconds(),
    }),
  )
}
