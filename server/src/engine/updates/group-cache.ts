import type { GroupMetadata } from 'baileys'
import { createLru } from '../../platform/lru.ts'
import type { SessionKeys } from '../keys/session-keys.ts'

/** What the cache needs from around it. */
export interface GroupCacheOptions {
  /** Groups are stored with the session's keys: encrypted, fenced, erased with the pairing. */
  keys: Pick<SessionKeys, 'read' | 'write'>
  nowMs(): number
  /** Queries the server. */
  query(jid: string): Promise<GroupMetadata>
}

interface CacheEntry {
  group: GroupMetadata
  atMs: number
}

const maxInMemory = 200
/** Notifications keep a group fresh; one that was lost makes nobody wait for the truth longer than this. */
const freshMs = 7 * 86_400_000

/**
 * Groups of one session as WhatsApp last described them, in the database with some in memory: asking before each send,
 * or for every group after a restart, would be rate limited. A notification changes what is in memory and invalidates what is not,
 * in the tick in which it arrives, so that its acknowledgement leaves after the change is committed.
 */
export class GroupCache {
  readonly #options: GroupCacheOptions
  readonly #groups = createLru<CacheEntry>(maxInMemory)
  readonly #querying = new Map<string, Promise<GroupMetadata>>()

  constructor(options: GroupCacheOptions) {
    this.#options = options
  }

  /** The group, asked for once however many want it. */
  async get(jid: string): Promise<GroupMetadata> {
    const { keys } = this.#options
    const known = this.#fresh(this.#groups.get(jid))
    if (known !== undefined) return known
    const querying = this.#querying.get(jid)
    if (querying !== undefined) return querying
    const stored = (await keys.read('group', [jid]))[jid] as CacheEntry | undefined
    const group = this.#fresh(stored)
    if (stored === undefined || group === undefined) return this.refresh(jid)
    if (!this.#groups.has(jid) && !this.#querying.has(jid)) this.#groups.set(jid, stored)
    return group
  }

  /** The group as the server describes it now. */
  async refresh(jid: string): Promise<GroupMetadata> {
    const querying = this.#querying.get(jid) ?? this.#fetch(jid)
    this.#querying.set(jid, querying)
    return querying
  }

  /** What changed is queried again when it is needed. */
  invalidate(jid: string): void {
    this.#groups.delete(jid)
    this.#querying.delete(jid)
    this.#options.keys.write('group', jid, null)
  }

  /** A description that came by itself. */
  put(group: GroupMetadata): void {
    this.#querying.delete(group.id)
    const entry = { group, atMs: this.#options.nowMs() }
    this.#groups.set(group.id, entry)
    this.#options.keys.write('group', group.id, entry)
  }

  /** A notification carried a part: the group is changed when it is in memory, else asked for when it is needed. */
  update(jid: string, change: (group: GroupMetadata) => GroupMetadata): void {
    const known = this.#groups.get(jid)
    if (known === undefined || this.#querying.has(jid)) this.invalidate(jid)
    else this.put(change(known.group))
  }

  #fresh(entry: CacheEntry | undefined): GroupMetadata | undefined {
    if (entry === undefined || this.#options.nowMs() - entry.atMs > freshMs) return undefined
    return entry.group
  }

  async #fetch(jid: string): Promise<GroupMetadata> {
    // Set by the caller in the same tick; a notification in between takes it away, and the answer may be older than it.
    await Promise.resolve()
    const own = this.#querying.get(jid)
    try {
      const group = await this.#options.query(jid)
      if (own !== undefined && this.#querying.get(jid) === own) this.put(group)
      return group
    } finally {
      if (this.#querying.get(jid) === own) this.#querying.delete(jid)
    }
  }
}
