import type { proto } from 'baileys'
import type { Clock } from '../../platform/clock.ts'
import type { SessionKeys } from '../keys/session-keys.ts'
import { proto as protocol } from '../library/library.ts'

/** One act as it is stored; `number` counts the acts of the session. */
interface StoredAct {
  number: number
  waMessageId: string
  /** The message it is about. */
  target: string
  atMs: number
  /** The protobuf in base64. */
  message: string
}

/** What the library keeps of messages for retry receipts, and how long our own store retains their protobufs. */
const maxActs = 500
const retentionMs = 7 * 86_400_000
const cleanUpEveryMs = 3_600_000
const type = 'sent-act'

interface SentActsOptions {
  keys: Pick<SessionKeys, 'read' | 'write'>
  clock: Clock
}

/**
 * The last reactions, edits and unsends of a session. They are stored as no message of their own, and yet a device that
 * could not read one asks for it again, maybe long after the connection that sent it has ended. They are stored in a ring of
 * slots beside the keys, so that no frame leaves before what it carries is committed.
 */
export class SentActs {
  readonly #options: SentActsOptions
  /** By id, oldest first. */
  readonly #known = new Map<string, Omit<StoredAct, 'message'>>()
  #next = 0
  #loading: Promise<void> | undefined
  #timer: { cancel(): void } | undefined

  constructor(options: SentActsOptions) {
    this.#options = options
    this.#timer = options.clock.schedule(cleanUpEveryMs, () => this.#cleanUp())
  }

  /** Stores an act that is about to be sent. An unsend ends what was to be said again of its message. */
  async keep(waMessageId: string, target: string, isUnsend: boolean, message: proto.IMessage): Promise<void> {
    await this.#load()
    const { keys, clock } = this.#options
    if (isUnsend) {
      for (const known of this.#known.values())
        if (known.target === target && known.waMessageId !== waMessageId) this.#remove(known)
    }
    const known = this.#known.get(waMessageId)
    const act = { number: known?.number ?? this.#next, waMessageId, target, atMs: clock.nowMs() }
    if (known === undefined) this.#add(act)
    const bytes = Buffer.from(protocol.Message.encode(message).finish())
    const value: StoredAct = { ...act, message: bytes.toString('base64') }
    keys.write(type, slotKey(act.number), value)
  }

  /** An act that was sent under this id; undefined when none is known. */
  async find(waMessageId: string): Promise<proto.IMessage | undefined> {
    await this.#load()
    const known = this.#known.get(waMessageId)
    if (known === undefined) return undefined
    const slot = slotKey(known.number)
    const stored = (await this.#options.keys.read(type, [slot]))[slot] as StoredAct | undefined
    if (stored?.waMessageId !== waMessageId) return undefined
    return protocol.Message.decode(Buffer.from(stored.message, 'base64'))
  }

  /** The connection is gone. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read()
    return this.#loading
  }

  async #read(): Promise<void> {
    const slots = Array.from({ length: maxActs }, (_, number) => slotKey(number))
    const stored = Object.values(await this.#options.keys.read(type, slots)) as StoredAct[]
    stored.sort((a, b) => a.number - b.number)
    for (const { message: _, ...act } of stored) this.#add(act)
    this.#removeExpired()
  }

  /** An act takes the slot of the one that many acts before it. */
  #add(act: Omit<StoredAct, 'message'>): void {
    this.#known.set(act.waMessageId, act)
    this.#next = act.number + 1
    for (const [id, { number }] of this.#known) {
      if (number > act.number - maxActs) break
      this.#known.delete(id)
    }
  }

  #remove({ waMessageId, number }: Omit<StoredAct, 'message'>): void {
    this.#known.delete(waMessageId)
    this.#options.keys.write(type, slotKey(number), null)
  }

  #removeExpired(): void {
    const before = this.#options.clock.nowMs() - retentionMs
    for (const known of this.#known.values()) {
      if (known.atMs >= before) break
      this.#remove(known)
    }
  }

  #cleanUp(): void {
    this.#timer = this.#options.clock.schedule(cleanUpEveryMs, () => this.#cleanUp())
    // A failed read ends the connection by itself.
    void this.#load().then(
      () => this.#removeExpired(),
      () => {},
    )
  }
}

function slotKey(number: number): string {
  return String(number % maxActs)
}
