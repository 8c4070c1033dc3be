import { createHmac, randomBytes } from 'node:crypto'
import {
  decodePatches,
  encodeSyncdPatch,
  type LTHashState,
  newLTHashState,
  proto,
  type WAPatchCreate,
  type WAPatchName,
} from 'baileys'
import { expandAppStateKeys } from 'whatsapp-rust-bridge'
import type { Account } from '../accounts.ts'
import { defineState } from '../state.ts'

/** Patches of one collection as the server keeps them, and the hash over what they add up to. */
type Collection = { patches: Uint8Array[]; hash: LTHashState }

/** All of an app state. */
export type SavedAppState = {
  keyId: Buffer
  keyData: Buffer
  collections: Map<string, Collection>
  values: Map<string, proto.ISyncActionValue>
}

/** One entry that the phone read out of a patch; `undefined` is an entry that was removed. */
type Change = { index: string; value: proto.ISyncActionValue | undefined }

/**
 * Settings, chats, contacts and labels that all devices of an account share. The server keeps patches it cannot
 * read; the phone, which has the key, reads and writes them. Both live here.
 */
export class AppState {
  readonly keyId: Buffer
  readonly keyData: Buffer
  readonly #collections = new Map<string, Collection>()
  /** What the phone read out of the patches, by index. */
  readonly #values = new Map<string, proto.ISyncActionValue>()
  #work: Promise<unknown> = Promise.resolve()

  constructor(keyId: Buffer = randomBytes(6), keyData: Buffer = randomBytes(32)) {
    this.keyId = keyId
    this.keyData = keyData
  }

  /** What the phone knows, by index: for instance `["setting_pushName"]`. */
  get values(): ReadonlyMap<string, proto.ISyncActionValue> {
    return this.#values
  }

  /** Names of the collections that have patches, with their versions. */
  get versions(): Record<string, number> {
    return Object.fromEntries([...this.#collections].map(([name, { patches }]) => [name, patches.length]))
  }

  /** How many patches the server has of a collection. */
  version(name: string): number {
    return this.#collections.get(name)?.patches.length ?? 0
  }

  /** Patches after a version, at most `limit`. */
  patchesAfter(name: string, version: number, limit: number): Uint8Array[] {
    return this.#collections.get(name)?.patches.slice(version, version + limit) ?? []
  }

  /** Everything, to save and to restore. */
  saved(): SavedAppState {
    const { keyId, keyData } = this
    return { keyId, keyData, collections: this.#collections, values: this.#values }
  }

  /** An app state as it was saved. */
  static restore({ keyId, keyData, collections, values }: SavedAppState): AppState {
    const state = new AppState(keyId, keyData)
    for (const [name, collection] of collections) state.#collections.set(name, collection)
    for (const [index, value] of values) state.#values.set(index, value)
    return state
  }

  /** Changes of one account happen one after the other: each builds on the hash of the one before. */
  inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work)
    this.#work = result.catch(() => undefined)
    return result
  }

  /** The phone writes an entry. */
  async write(change: WAPatchCreate): Promise<void> {
    const { type: name, index, syncAction, operation } = change
    const collection = this.#collection(name)
    const action = { timestamp: Date.now(), ...syncAction }
    const { patch, state } = await encodeSyncdPatch(
      { ...change, syncAction: action },
      this.keyId.toString('base64'),
      collection.hash,
      async () => ({ keyData: this.keyData }),
    )
    const isRemoval = operation === proto.SyncdMutation.SyncdOperation.REMOVE
    // The encoder lists an entry that it removes as present, which would spoil the hash once it comes back.
    if (isRemoval) delete state.indexValueMap[this.#indexMac(JSON.stringify(index))]
    collection.hash = state
    collection.patches.push(
      proto.SyncdPatch.encode({ ...patch, version: { version: state.version } }).finish(),
    )
    this.#setEntry({ index: JSON.stringify(index), value: isRemoval ? undefined : action })
  }

  /**
   * Keeps a client's patch and lets the phone read it; returns what changed. What the phone cannot read or whose
   * hash is wrong is reported to `problem`: the server keeps such a patch all the same, since it cannot read any.
   */
  async apply(name: string, bytes: Uint8Array, problem: (what: string) => void): Promise<Change[]> {
    const collection = this.#collection(name)
    const patch = proto.SyncdPatch.decode(bytes)
    patch.version = proto.SyncdVersion.create({ version: collection.patches.length + 1 })
    const encoded = proto.SyncdPatch.encode(patch).finish()
    const warn = (_: unknown, what: string) => problem(`app state ${name}: ${what}`)
    const { state, mutationMap } = await decodePatches(
      name as WAPatchName,
      [proto.SyncdPatch.decode(encoded)],
      collection.hash,
      async () => ({ keyData: this.keyData }),
      {},
      undefined,
      { warn } as unknown as Parameters<typeof decodePatches>[6],
      true,
    )
    collection.patches.push(encoded)
    collection.hash = state
    const changes = Object.entries(mutationMap).map(([index, { syncAction }]) => {
      const isPresent = this.#indexMac(index) in state.indexValueMap
      return { index, value: isPresent ? (syncAction.value ?? undefined) : undefined }
    })
    for (const change of changes) this.#setEntry(change)
    return changes
  }

  #setEntry({ index, value }: Change): void {
    // Entries go to the end when they change, so that a list shows the latest last.
    this.#values.delete(index)
    if (value) this.#values.set(index, value)
  }

  #collection(name: string): Collection {
    let collection = this.#collections.get(name)
    if (!collection) {
      collection = { patches: [], hash: newLTHashState() }
      this.#collections.set(name, collection)
    }
    return collection
  }

  #indexMac(index: string): string {
    const { indexKey } = expandAppStateKeys(this.keyData)
    return createHmac('sha256', indexKey).update(index).digest('base64')
  }
}

const states = defineState<Account, AppState>(() => new AppState())

/** The app state of an account, made when it is first asked for. */
export const appStateOf = states.of

/** The app state of an account, to save it; undefined when it has none yet. */
export function savedAppState(account: Account): SavedAppState | undefined {
  return states.peek(account)?.saved()
}

/** Puts an app state in place that was saved. */
export function restoreAppState(account: Account, saved: SavedAppState): void {
  states.set(account, AppState.restore(saved))
}

/** Whether an account has app state yet. */
export function hasAppState(account: Account): boolean {
  return states.peek(account) !== undefined
}

/** The key of the app state as the phone shares it with a new device. */
export function keyShareOf(account: Account): proto.Message.IAppStateSyncKey {
  const { keyId, keyData } = appStateOf(account)
  return {
    keyId: { keyId },
    keyData: {
      keyData,
      fingerprint: { rawId: 1, currentIndex: 0, deviceIndexes: [0, 1] },
      timestamp: Date.now(),
    },
  }
}
