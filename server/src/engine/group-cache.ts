import type { GroupMetadata } from 'baileys'
import { LRUCache } from 'lru-cache'

const maxGroups = 500
const ttlMs = 3_600_000

/** Groups of one session as WhatsApp last described them; asking for each send would be rate limited. */
export class GroupCache {
  readonly #groups = new LRUCache<string, GroupMetadata>({ max: maxGroups, ttl: ttlMs })
  readonly #asking = new Map<string, Promise<GroupMetadata>>()
  readonly #ask: (jid: string) => Promise<GroupMetadata>

  /** `ask` queries the server. */
  constructor(ask: (jid: string) => Promise<GroupMetadata>) {
    this.#ask = ask
  }

  /** The group, asked for once however many want it. */
  async get(jid: string): Promise<GroupMetadata> {
    const known = this.#groups.get(jid)
    if (known !== undefined) return known
    const asking = this.#asking.get(jid) ?? this.#fetch(jid)
    this.#asking.set(jid, asking)
    return asking
  }

  /** What changed is asked for again when it is needed. */
  forget(jid: string): void {
    this.#groups.delete(jid)
    this.#asking.delete(jid)
  }

  /** A description that came by itself. */
  put(group: GroupMetadata): void {
    this.#groups.set(group.id, group)
  }

  async #fetch(jid: string): Promise<GroupMetadata> {
    try {
      const group = await this.#ask(jid)
      if (this.#asking.has(jid)) this.#groups.set(jid, group)
      return group
    } finally {
      this.#asking.delete(jid)
    }
  }
}
