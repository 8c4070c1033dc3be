import type { BinaryNode, LTHashState, WAPatchCreate } from 'baileys'
import { AppError } from '../../platform/errors.ts'
import { appStateConflict, appStateUnavailable, whatsappRefused } from '../engine-errors.ts'
import { ask } from '../library/ask.ts'
import { childOf, childrenOf } from '../library/binary-nodes.ts'
import { encodeSyncdPatch, newLTHashState, proto } from '../library/library.ts'
import type { Connection } from '../session/connection.ts'

/** One setting that all devices of the account share. */
export type AppStatePatch = Omit<WAPatchCreate, 'operation'>

/** How often another device may be quicker before we give up. */
const maxConflicts = 4

/**
 * Writes one setting for all devices of the account. The library's `appPatch` takes a conflict (409 inside the
 * collection) for success and goes on from a state the server does not have; here it is read anew and tried again.
 */
export async function patchAppState(connection: Connection, patch: AppStatePatch): Promise<void> {
  const { socket } = connection
  const keyId = socket.authState.creds.myAppStateKeyId
  if (keyId === undefined) throw new AppError(appStateUnavailable)
  await socket.appStatePatchMutex.mutex(async () => {
    for (let tries = 0; tries < maxConflicts; tries += 1) {
      if (await tryPatch(connection, patch, keyId)) return
    }
    throw new AppError(appStateConflict)
  })
}

/** One try from the newest state; false when another device was quicker. */
async function tryPatch(connection: Connection, patch: AppStatePatch, keyId: string): Promise<boolean> {
  const { socket, keys } = connection
  const name = patch.type
  // What others changed meanwhile is published on the way, before our own change.
  await socket.resyncAppState([name], false)
  const known = (await keys.read('app-state-sync-version', [name]))[name] as LTHashState | undefined
  const operation = proto.SyncdMutation.SyncdOperation.SET
  const encoded = await encodeSyncdPatch(
    { ...patch, operation },
    keyId,
    known ?? newLTHashState(),
    async (id) => (await keys.get('app-state-sync-key', [id]))[id],
  )
  const { state } = encoded
  const version = String(state.version - 1)
  const body = { tag: 'patch', attrs: {}, content: proto.SyncdPatch.encode(encoded.patch).finish() }
  const collection = {
    tag: 'collection',
    attrs: { name, version, return_snapshot: 'false' },
    content: [body],
  }
  const answer = await ask(socket, syncQuery(collection))
  const refusal = refusalOf(answer, name)
  if (refusal === '409') return false
  if (refusal !== undefined) {
    throw new AppError(whatsappRefused, { message: `${whatsappRefused.text} (${refusal})` })
  }
  keys.write('app-state-sync-version', name, state)
  return true
}

function syncQuery(collection: BinaryNode): BinaryNode {
  const attrs = { to: '@s.whatsapp.net', type: 'set', xmlns: 'w:sync:app:state' }
  return { tag: 'iq', attrs, content: [{ tag: 'sync', attrs: {}, content: [collection] }] }
}

/** The code with which the server refused a collection. Source: `type="error"` of a collection, `appstate.go` of whatsmeow. */
function refusalOf(answer: BinaryNode, name: string): string | undefined {
  const collections = childrenOf(childOf(answer, 'sync'), 'collection')
  const own = collections.find(({ attrs }) => attrs.name === name)
  if (own === undefined || own.attrs.type !== 'error') return undefined
  return childOf(own, 'error')?.attrs.code ?? 'unknown'
}
