import type { GroupMetadata } from 'baileys'
import { createLru } from '../../platform/lru.ts'
import type { SessionKeys } from '../keys/session-keys.ts'

/** What the cache needs from around it. */
export interface GroupCacheOptions {
  /** Groups are kept with the session's keys: encrypted, fenced, erased with the pairing. */
  keys: Pick<SessionKeys, 'read' | 'write'>
  nowMs(): number
  /** Queries the server. */
  ask(jid: string): Promise<GroupMetadata>
}

interface Kept {
  group: GroupMetadata
  atMs: number
}

const maxInMemory = 200
/** Notices keep a group fresh; one that was lost makes nobody wait for the truth longer than this. */
const freshMs = 7 * 86_400_000

/**
 * Groups of one session as WhatsApp last described them, in the database with some in memory: asking before each send,
 * or for every group after a restart, would be rate limited. A notice changes what is in memory and drops what is not,
 * in the turn in which it arrives, so that its acknowledgement leaves after the change is committed.
 */
export class GroupCache {
  readonly #options: GroupCacheOptions
  readonly #groups = createLru<Kept>(maxInMemory)
  readonly #asking = new Map<string, Promise<GroupMetadata>>()

  constructor(options: GroupCacheOptions) {
    this.#options = options
  }

  /** The group, asked for once however many want it. */
  async get(jid: string): Promise<GroupMetadata> {
    const { keys } = this.#options
    const known = this.#fresh(this.#groups.get(jid))
    if (known !== undefined) return known
    const asking = this.#asking.get(jid)
    if (asking !== undefined) return asking
    const stored = (await keys.read('group', [jid]))[jid] as Kept | undefined
    const group = this.#fresh(stored)
    if (stored === undefined || group === undefined) return this.refresh(jid)
    if (!this.#groups.has(jid) && !this.#asking.has(jid)) this.#groups.set(jid, stored)
    return group
  }

  /** The group as the server describes it now. */
  async refresh(jid: string): Promise<GroupMetadata> {
    const asking = this.#asking.get(jid) ?? this.#fetch(jid)
    this.#asking.set(jid, asking)
    return asking
  }

  /** What changed is asked for again when it is needed. */
  forget(jid: string): void {
    this.#groups.delete(jid)
    this.#asking.delete(jid)
    this.#options.keys.write('group', jid, null)
  }

  /** A description that came by itself. */
  put(group: GroupMetadata): void {
    this.#asking.delete(group.id)
    const kept = { group, atMs: this.#options.nowMs() }
    this.#groups.set(group.id, kept)
    this.#options.keys.write('group', group.id, kept)
  }

  /** A notice told a part: the group is changed when it is in memory, else asked for when it is needed. */
  update(jid: string, change: (group: GroupMetadata) => GroupMetadata): void {
    const known = this.#groups.get(jid)
    if (known === undefined || this.#asking.has(jid)) this.forget(jid)
    else this.put(change(known.group))
  }

  #fresh(kept: Kept | undefined): GroupMetadata | undefined {
    if (kept === undefined || this.#options.nowMs() - kept.atMs > freshMs) return undefined
    return kept.group
  }

  async #fetch(jid: string): Promise<GroupMetadata> {
    // Set by the caller in the same turn; a notice in between takes it away, and the answer may be older than it.
    await Promise.resolve()
    const own = this.#asking.get(jid)
    try {
      const group = await this.#options.ask(jid)
      if (own !== undefined && this.#asking.get(jid) === own) this.put(group)
      return group
    } finally {
      if (this.#asking.get(jid) === own) this.#asking.delete(jid)
    }
  }
}
