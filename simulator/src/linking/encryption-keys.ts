import type { BinaryNode } from 'baileys'
import { type Companion, type PublicPreKey, parseJid } from '../accounts.ts'
import { answer, type Query, refuse } from '../query.ts'
import { bytesOf, child, children, readNumber, stanza, writeNumber } from '../stanza.ts'
import type { World } from '../world.ts'

/** `iq encrypt`: prekeys of this device up, bundles of other devices down. */
export function handleEncryptionKeys(query: Query): void {
  const { world, companion, node, body } = query
  if (node.attrs.type === 'get') {
    const found = body && lookUp(world, companion, body)
    if (found) answer(query, [found])
    else refuse(query, 400, 'bad-request')
    return
  }
  if (body?.tag === 'rotate') {
    companion.signedPreKey = readSignedPreKey(child(body, 'skey'))
  } else {
    companion.registrationId = readNumber(bytesOf(child(node, 'registration')))
    companion.signedPreKey = readSignedPreKey(child(node, 'skey'))
    companion.addPreKeys(children(child(node, 'list'), 'key').map(readPreKey))
  }
  answer(query)
}

function lookUp(world: World, companion: Companion, body: BinaryNode): BinaryNode | undefined {
  switch (body.tag) {
    case 'count':
      return stanza('count', { value: companion.preKeys.length })
    case 'digest':
      return digestNode(companion)
    case 'key':
      return stanza(
        'list',
        {},
        children(body, 'user').map(({ attrs }) => bundleNode(world, attrs.jid ?? '')),
      )
    default:
      return undefined
  }
}

function readPreKey(node: BinaryNode): PublicPreKey {
  return { keyId: readNumber(bytesOf(child(node, 'id'))), publicKey: bytesOf(child(node, 'value')) }
}

function readSignedPreKey(node: BinaryNode | undefined): Companion['signedPreKey'] {
  if (!node) throw new Error('the signed prekey is missing')
  return { ...readPreKey(node), signature: bytesOf(child(node, 'signature')) }
}

function digestNode(companion: Companion): BinaryNode {
  return stanza('digest', {}, [
    stanza('registration', {}, writeNumber(companion.registrationId, 4)),
    stanza('type', {}, Buffer.from([5])),
    stanza('identity', {}, companion.identity),
    // Clients check that a digest is there; what it covers is not documented, and they do not compare it.
    stanza('hash', {}, Buffer.alloc(20)),
  ])
}

/** One answer in a key query, under the jid that was asked for: a client files the session under it. */
function bundleNode(world: World, jid: string): BinaryNode {
  const account = world.find(jid)
  const device = parseJid(jid)?.device ?? 0
  if (account && device === 0) return account.device.bundleNode(jid)
  const companion = account?.companions.get(device)
  if (!companion) return stanza('user', { jid }, [stanza('error', { code: 404, text: 'item-not-found' })])
  const { preKey, signedPreKey } = companion.takeBundle()
  return stanza('user', { jid }, [
    stanza('registration', {}, writeNumber(companion.registrationId, 4)),
    stanza('type', {}, Buffer.from([5])),
    stanza('identity', {}, companion.identity),
    stanza('skey', {}, [
      stanza('id', {}, writeNumber(signedPreKey.keyId, 3)),
      stanza('value', {}, Buffer.from(signedPreKey.publicKey.subarray(1))),
      stanza('signature', {}, signedPreKey.signature),
    ]),
    ...(preKey
      ? [
          stanza('key', {}, [
            stanza('id', {}, writeNumber(preKey.keyId, 3)),
            stanza('value', {}, Buffer.from(preKey.publicKey.subarray(1))),
          ]),
        ]
      : []),
  ])
}
