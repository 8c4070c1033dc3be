import type { AuthenticationCreds } from 'baileys'
import type { Database } from '../../platform/database/database.ts'
import type { Batcher } from '../../platform/database/write-batcher.ts'
import {
  eraseKeys,
  type HeldLease,
  releaseLeases,
  renewLeases,
  type StoredKey,
  type WantedKeys,
} from './auth-store.ts'
import { decodeKey } from './key-codec.ts'
import type { KeyWriter, WriteSource } from './key-writer.ts'

/** Encrypts and decrypts under the installation key; the label binds a value to its row. */
export interface EngineSecrets {
  encrypt(plain: Uint8Array, label: string): Uint8Array
  /** Throws when the key or the label is another. */
  decrypt(sealed: Uint8Array, label: string): Uint8Array
}

/** What is stored of a session's link. */
export type StoredCredentials =
  | { kind: 'none' }
  | { kind: 'found'; credentials: AuthenticationCreds }
  | { kind: 'unreadable'; error: unknown }

/** Reads keys for all sessions of the process: what is asked for while it reads is read together. */
export type KeyReader = Batcher<WantedKeys, StoredKey[]>

interface SessionStoreOptions {
  db: Database
  reader: KeyReader
  /** Ends leases so that other processes learn of it. */
  handOvers: Batcher<HeldLease, undefined>
  secrets: EngineSecrets
  writer: KeyWriter
  tenantId: string
  sessionId: string
  epoch: number
}

/** What a session has in the database, under the epoch of one life. */
export class SessionStore {
  readonly tenantId: string
  readonly sessionId: string
  readonly epoch: number
  readonly #options: SessionStoreOptions

  constructor(options: SessionStoreOptions) {
    this.#options = options
    this.tenantId = options.tenantId
    this.sessionId = options.sessionId
    this.epoch = options.epoch
  }

  /** Decrypted rows; throws when they were encrypted with another installation key. */
  async read(
    wanted: readonly { type: string; id: string }[],
  ): Promise<{ type: string; id: string; value: Buffer }[]> {
    const rows = await this.#options.reader.add({ sessionId: this.sessionId, keys: wanted })
    return rows.map(({ type, id, value }) => ({
      type,
      id,
      value: Buffer.from(this.#options.secrets.decrypt(value, this.#label(type, id))),
    }))
  }

  /** The stored credentials: none when the session was never linked, unreadable under another installation key. */
  async readCredentials(): Promise<StoredCredentials> {
    const keys = [{ type: 'credentials', id: '' }]
    const [row] = await this.#options.reader.add({ sessionId: this.sessionId, keys })
    if (row === undefined) return { kind: 'none' }
    try {
      const plain = this.#options.secrets.decrypt(row.value, this.#label('credentials', ''))
      return {
        kind: 'found',
        credentials: decodeKey('credentials', Buffer.from(plain)) as AuthenticationCreds,
      }
    } catch (error) {
      return { kind: 'unreadable', error }
    }
  }

  encrypt(type: string, id: string, value: Uint8Array): Uint8Array {
    return this.#options.secrets.encrypt(value, this.#label(type, id))
  }

  notify(source: WriteSource): void {
    this.#options.writer.notify(source)
  }

  /** Erases the pairing and every key, if the session is still ours. */
  async erase(): Promise<void> {
    await eraseKeys(this.#options.db, this.sessionId, this.epoch)
  }

  /** Prolongs the lease; false when the session is somebody else's now. */
  async renew(leaseMs: number): Promise<boolean> {
    return (await renewLeases(this.#options.db, [this], leaseMs)).has(this.sessionId)
  }

  /** Ends the lease: whoever asks for the session next has it. */
  async release(): Promise<void> {
    await releaseLeases(this.#options.db, [this], 'quietly')
  }

  /** Ends the lease and asks the other processes to take the session over. */
  async handOver(): Promise<void> {
    await this.#options.handOvers.add(this)
  }

  #label(type: string, id: string): string {
    return `engine:${this.sessionId}:${type}:${id}`
  }
}
