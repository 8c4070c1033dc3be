import { randomBytes } from 'node:crypto'
import {
  aesDecryptCTR,
  aesDecryptGCM,
  aesEncryptCTR,
  type BinaryNode,
  derivePairingCodeKey,
  hkdf,
  hmacSign,
  proto,
} from 'baileys'
import { type Account, type Companion, parseJid } from '../accounts.ts'
import type { Connection } from '../connection.ts'
import { agree, generateKeyPair, isSigned, sign } from '../encryption/keys.ts'
import { SimulatorError } from '../errors.ts'
import { faultsOf } from '../faults/model.ts'
import { recordFullSync } from '../history/transfer.ts'
import { answer, refuse } from '../query.ts'
import { bytesOf, child, readNumber, SERVER, seconds, stanza, stanzaId } from '../stanza.ts'
import type { World } from '../world.ts'

/** Prefix of what the phone signs about a linked device. Source: `WA_ADV_ACCOUNT_SIG_PREFIX` of Baileys. */
const accountSignaturePrefix = Buffer.from([6, 0])
/** Prefix of what the device signs about itself. Source: `WA_ADV_DEVICE_SIG_PREFIX` of Baileys. */
const deviceSignaturePrefix = Buffer.from([6, 1])
const codeTimeoutMs = 10_000

/** The phone scans a QR code: its text is a link whose fragment is reference, noise key, identity, secret. */
export function scanCode(world: World, account: Account, code: string): Companion {
  const [reference = '', noiseKey, identity, secret] = code.replace(/^.*#/, '').split(',')
  const connection = world.references.get(reference)
  const registration = connection?.registration
  if (!connection?.isOpen || !registration?.eIdent || !secret) {
    throw new SimulatorError(422, 'this QR code is not on show: it is expired, used or not a QR code', 'code')
  }
  const isSameClient =
    Buffer.from(registration.eIdent).toString('base64') === identity &&
    connection.clientKey.toString('base64') === noiseKey
  if (!isSameClient)
    throw new SimulatorError(422, 'the keys in this QR code are not those of the client', 'code')
  if (faultsOf(world).take('passkey', account.phone)) {
    askForPasskey(connection)
    throw new SimulatorError(409, 'WhatsApp asks this client for a passkey before it is linked', 'code')
  }
  return linkClient(world, connection, account, Buffer.from(secret, 'base64'))
}

/** Source: captures of June 2026 in whatsmeow's issue 1185; the options are those of WebAuthn. */
function askForPasskey(connection: Connection): void {
  const attrs = { from: SERVER, type: 'passkey_prologue_request', id: stanzaId(), t: seconds() }
  const options = {
    rpId: 'whatsapp.com',
    timeout: 600_000,
    allowCredentials: [],
    userVerification: 'required',
  }
  const body = stanza('passkey_request_options', {}, Buffer.from(JSON.stringify(options)))
  connection.send(stanza('notification', attrs, [body]))
}

/** Links the client on a connection and lets it know who it is now. */
function linkClient(
  world: World,
  connection: Connection,
  account: Account,
  advSecret: Uint8Array,
): Companion {
  const registration = connection.registration
  if (!registration) throw new SimulatorError(422, 'the client is linked already', 'code')
  const identity = Buffer.from(registration.eIdent ?? [])
  const companion = account.link({
    noiseKey: Buffer.from(connection.clientKey),
    identity,
    registrationId: readNumber(registration.eRegid ?? Buffer.alloc(0)),
    signedPreKey: {
      keyId: readNumber(registration.eSkeyId ?? Buffer.alloc(0)),
      publicKey: Buffer.from(registration.eSkeyVal ?? []),
      signature: Buffer.from(registration.eSkeySig ?? []),
    },
  })
  recordFullSync(companion, registration.deviceProps)
  connection.registration = undefined
  connection.account = account
  for (const reference of connection.references) world.references.delete(reference)
  const { device } = companion
  const content = [
    stanza('device-identity', {}, signIdentity(account, identity, device, advSecret)),
    ...(account.isBusiness ? [stanza('biz', { name: account.name })] : []),
    stanza('platform', { name: account.isBusiness ? 'smba' : 'android' }),
    stanza('device', { jid: account.deviceJid(device), lid: account.deviceLid(device) }),
  ]
  const attrs = { from: SERVER, type: 'set', id: stanzaId(), xmlns: 'md', t: seconds() }
  connection.send(stanza('iq', attrs, [stanza('pair-success', {}, content)]))
  account.notifyDevices('add', [device])
  return companion
}

/** The phone vouches for a device: the account signature inside an HMAC with the secret of the pairing. */
function signIdentity(
  account: Account,
  identity: Buffer,
  keyIndex: number,
  advSecret: Uint8Array,
): Uint8Array {
  const phoneKey = account.device.identity
  const timestamp = Math.floor(Date.now() / 1000)
  const details = proto.ADVDeviceIdentity.encode({ rawId: 1, timestamp, keyIndex }).finish()
  const accountSignature = sign(phoneKey.private, Buffer.concat([accountSignaturePrefix, details, identity]))
  const signed = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: phoneKey.public,
    accountSignature,
  }).finish()
  return proto.ADVSignedDeviceIdentityHMAC.encode({
    details: signed,
    hmac: hmacSign(signed, advSecret),
  }).finish()
}

/** The client co-signed: when its signature is right, it has to come back with its new identity. */
export function confirmPairing(world: World, connection: Connection, body: BinaryNode): void {
  const companion = [...(connection.account?.companions.values() ?? [])].find(({ noiseKey }) =>
    noiseKey.equals(connection.clientKey),
  )
  if (companion && isCoSigned(companion, bytesOf(child(body, 'device-identity')))) {
    connection.closeWith(stanza('stream:error', { code: 515 }))
    return
  }
  world.problem('the client did not sign its device identity')
  if (companion) companion.account.companions.delete(companion.device)
  connection.closeWith(stanza('failure', { reason: 401, location: 'simulator' }))
}

/** Whether the client signed that it belongs to the account. It leaves the account's key out of its answer. */
function isCoSigned({ account, identity }: Companion, signed: Buffer): boolean {
  const { details, deviceSignature } = proto.ADVSignedDeviceIdentity.decode(signed)
  if (!details || !deviceSignature) return false
  const accountKey = account.device.identity.public
  const message = Buffer.concat([deviceSignaturePrefix, details, identity, accountKey])
  return isSigned(identity, message, deviceSignature)
}

/** A client asks for a pairing code: it keeps the code and sends a key that only the code opens. */
export function receiveLinkHello(
  world: World,
  connection: Connection,
  node: BinaryNode,
  body: BinaryNode,
): void {
  const phone = parseJid(body.attrs.jid)?.user ?? ''
  const ref = randomBytes(16).toString('base64')
  const wrappedKey = bytesOf(child(body, 'link_code_pairing_wrapped_companion_ephemeral_pub'))
  connection.link = { phone, ref, wrappedKey }
  world.links.set(phone, connection)
  answer({ connection, node }, [
    stanza('link_code_companion_reg', { stage: 'companion_hello' }, [
      stanza('link_code_pairing_ref', {}, Buffer.from(ref)),
    ]),
  ])
  world.events.emit('pairingCode', phone)
}

/** The phone's owner types the pairing code. Rejects when the code is wrong: the keys then do not agree. */
export async function typeCode(world: World, account: Account, typed: string): Promise<Companion> {
  const code = typed.replace(/[\s-]/g, '').toUpperCase()
  const connection = world.links.get(account.phone)
  const link = connection?.link
  if (!connection?.isOpen || !link) {
    throw new SimulatorError(422, `no client asks for a pairing code for ${account.phone}`, 'code')
  }
  const { wrappedKey } = link
  const openingKey = await derivePairingCodeKey(code, wrappedKey.subarray(0, 32))
  const clientKey = aesDecryptCTR(wrappedKey.subarray(48, 80), openingKey, wrappedKey.subarray(32, 48))
  const ephemeral = generateKeyPair()
  const salt = randomBytes(32)
  const iv = randomBytes(16)
  const sealed = aesEncryptCTR(ephemeral.public, await derivePairingCodeKey(code, salt), iv)
  const finished = new Promise<Companion>((resolve, reject) => {
    const wrong = () => reject(new SimulatorError(422, 'the pairing code is wrong', 'code'))
    const timer = setTimeout(wrong, codeTimeoutMs)
    link.finish = (identity, keyBundle) => {
      clearTimeout(timer)
      try {
        const shared = agree(ephemeral.private, clientKey)
        const secret = openKeyBundle(account, shared, identity, keyBundle)
        resolve(linkClient(world, connection, account, secret))
      } catch (cause) {
        wrong()
        throw cause
      }
    }
  })
  connection.send(
    stanza('notification', { from: SERVER, type: 'link_code_companion_reg', id: stanzaId(), t: seconds() }, [
      stanza('link_code_companion_reg', { stage: 'primary_hello' }, [
        stanza('link_code_pairing_wrapped_primary_ephemeral_pub', {}, Buffer.concat([salt, iv, sealed])),
        stanza('primary_identity_pub', {}, account.device.identity.public),
        stanza('link_code_pairing_ref', {}, Buffer.from(link.ref)),
      ]),
    ]),
  )
  return finished
}

/** The secret that both sides derive. Source: `link_code_companion_reg` in `messages-recv` of Baileys. */
function openKeyBundle(account: Account, shared: Buffer, identity: Buffer, keyBundle: Buffer): Uint8Array {
  const info = 'link_code_pairing_key_bundle_encryption_key'
  const key = hkdf(shared, 32, { salt: keyBundle.subarray(0, 32), info })
  const opened = aesDecryptGCM(keyBundle.subarray(44), key, keyBundle.subarray(32, 44), Buffer.alloc(0))
  const identityShared = agree(account.device.identity.private, identity)
  const random = opened.subarray(64, 96)
  return hkdf(Buffer.concat([shared, identityShared, random]), 32, { info: 'adv_secret' })
}

/** The client's last step of pairing by code. */
export function receiveLinkFinish(connection: Connection, node: BinaryNode, body: BinaryNode): void {
  const keyBundle = bytesOf(child(body, 'link_code_pairing_wrapped_key_bundle'))
  const identity = bytesOf(child(body, 'companion_identity_public'))
  const finish = connection.link?.finish
  if (!finish) {
    refuse({ connection, node }, 400, 'bad-request')
    return
  }
  answer({ connection, node })
  try {
    finish(identity, keyBundle)
  } catch {
    // A wrong code is the phone's problem: its owner was told, and the client keeps waiting for the right one.
  }
}
