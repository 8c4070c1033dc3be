import { randomBytes } from 'node:crypto'
import {
  type BinaryNode,
  decodePatches,
  encodeSyncdPatch,
  type LTHashState,
  newLTHashState,
  proto,
  type WAPatchCreate,
  type WAPatchName,
} from 'baileys'
import type { Account, Companion } from './accounts.ts'
import { bytesOf, child, children, SERVER, seconds, stanza, stanzaId } from './stanza.ts'
import { answer, type Query } from './stanzas/answer.ts'

/** Settings that all devices of an account share: patches per collection, as the server keeps them. */
type AppState = {
  keyId: Buffer
  keyData: Buffer
  patches: Map<string, Uint8Array[]>
  hashes: Map<string, LTHashState>
  /** What the phone read out of the patches, by index. */
  values: Map<string, proto.ISyncActionValue>
}

const states = new WeakMap<Account, AppState>()

function stateOf(account: Account): AppState {
  let state = states.get(account)
  if (!state) {
    state = {
      keyId: randomBytes(6),
      keyData: randomBytes(32),
      patches: new Map(),
      hashes: new Map(),
      values: new Map(),
    }
    states.set(account, state)
  }
  return state
}

function patchesOf(account: Account, name: string): Uint8Array[] {
  const { patches } = stateOf(account)
  let list = patches.get(name)
  if (!list) {
    list = []
    patches.set(name, list)
  }
  return list
}

/** The key of the app state as the phone shares it with a new device. */
export function keyShareOf(account: Account): proto.Message.IAppStateSyncKey {
  const { keyId, keyData } = stateOf(account)
  return {
    keyId: { keyId },
    keyData: {
      keyData,
      fingerprint: { rawId: 1, currentIndex: 0, deviceIndexes: [0, 1] },
      timestamp: Date.now(),
    },
  }
}

/** Settings by index, for instance `["setting_pushName"]`. */
export function settingsOf(account: Account): Record<string, unknown> {
  return Object.fromEntries(stateOf(account).values)
}

/** Puts the owner's name where clients look for it: without a name they never announce themselves. */
export async function namePhone(account: Account): Promise<void> {
  if (stateOf(account).values.has('["setting_pushName"]')) return
  await changeSetting(account, {
    type: 'critical_block',
    index: ['setting_pushName'],
    syncAction: { pushNameSetting: { name: account.name } },
    apiVersion: 1,
    operation: proto.SyncdMutation.SyncdOperation.SET,
  })
}

/** The phone changes a setting; `notify` tells its linked devices. */
export async function changeSetting(account: Account, change: WAPatchCreate, notify = false): Promise<void> {
  const state = stateOf(account)
  const { type: name, index, syncAction } = change
  const action = { timestamp: Date.now(), ...syncAction }
  const { patch, state: hash } = await encodeSyncdPatch(
    { ...change, syncAction: action },
    state.keyId.toString('base64'),
    state.hashes.get(name) ?? newLTHashState(),
    async () => ({ keyData: state.keyData }),
  )
  state.hashes.set(name, hash)
  const version = { version: hash.version }
  patchesOf(account, name).push(proto.SyncdPatch.encode({ ...patch, version }).finish())
  state.values.set(JSON.stringify(index), action)
  if (notify) announce(account, name)
}

/**
 * `iq w:sync:app:state`: a client reads patches from its version on, or writes one. Snapshots are never served:
 * patches from version 0 say the same. A write from another version than ours is a conflict (409).
 */
export async function handleAppState(query: Query): Promise<void> {
  const { account, body, companion } = query
  const out: BinaryNode[] = []
  const changed: string[] = []
  for (const collection of children(body, 'collection')) {
    const { name = '', version = '0' } = collection.attrs
    const patches = patchesOf(account, name)
    const written = child(collection, 'patch')
    if (!written) {
      const rest = patches.slice(Number(version)).map((patch) => stanza('patch', {}, Buffer.from(patch)))
      const content = rest.length ? [stanza('patches', {}, rest)] : []
      out.push(stanza('collection', { name, version, has_more_patches: 'false' }, content))
    } else if (Number(version) !== patches.length) {
      const conflict = stanza('error', { code: 409, text: 'conflict' })
      out.push(stanza('collection', { name, type: 'error', version: patches.length }, [conflict]))
    } else {
      await applyPatch(account, name, bytesOf(written))
      changed.push(name)
      out.push(stanza('collection', { name, version: patches.length }))
    }
  }
  answer(query, [stanza('sync', {}, out)])
  for (const name of changed) announce(account, name, companion)
}

/** Keeps a client's patch and lets the phone read it. */
async function applyPatch(account: Account, name: string, bytes: Buffer): Promise<void> {
  const state = stateOf(account)
  const patches = patchesOf(account, name)
  const patch = proto.SyncdPatch.decode(bytes)
  patch.version = proto.SyncdVersion.create({ version: patches.length + 1 })
  const encoded = proto.SyncdPatch.encode(patch).finish()
  const { state: hash, mutationMap } = await decodePatches(
    name as WAPatchName,
    [proto.SyncdPatch.decode(encoded)],
    state.hashes.get(name) ?? newLTHashState(),
    async () => ({ keyData: state.keyData }),
    {},
    undefined,
    undefined,
    true,
  )
  patches.push(encoded)
  state.hashes.set(name, hash)
  for (const [index, { syncAction }] of Object.entries(mutationMap)) {
    if (syncAction.value) state.values.set(index, syncAction.value)
    const renamed = syncAction.value?.pushNameSetting?.name
    if (renamed) account.name = renamed
  }
}

function announce(account: Account, name: string, except?: Companion): void {
  const version = patchesOf(account, name).length
  for (const companion of account.companions.values()) {
    if (companion === except) continue
    const attrs = { from: SERVER, type: 'server_sync', id: stanzaId(), t: seconds() }
    companion.queue.add(stanza('notification', attrs, [stanza('collection', { name, version })]))
  }
}
