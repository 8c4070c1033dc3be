import type { EventEmitter } from 'node:events'
import { Account, type Companion, parseJid, type ReceiptSettings } from './accounts.ts'
import type { Connection } from './connection.ts'
import { SenderKeys } from './encryption/sender-keys.ts'
import { SimulatorError } from './errors.ts'

/** Events of the world. */
export type WorldEvents = {
  pairingCode: [phone: string]
  online: [companion: Companion]
}

/** Everything the simulated service knows. In memory; a reset makes a new one. */
export class World {
  readonly accounts = new Map<string, Account>()
  readonly connections = new Set<Connection>()
  /** References in QR codes that are on show. */
  readonly references = new Map<string, Connection>()
  /** Pairing codes that were asked for, by phone. */
  readonly links = new Map<string, Connection>()
  /** Outlives the world, so that who listens goes on listening after a reset. */
  readonly events: EventEmitter<WorldEvents>
  /** Follows the sender keys of clients for all virtual members: a message is decrypted once, not per member. */
  readonly observer = new SenderKeys()
  /** Queries of linked devices so far, by namespace. */
  readonly queries = new Map<string, number>()
  readonly counters = { stanzas: 0, messages: 0, decrypted: 0, undecryptable: 0, problems: 0 }
  readonly unknownStanzas = new Map<string, number>()
  /** Messages that a phone or device asked for again, so that the second copy is no duplicate. */
  readonly retryRequests = new Set<string>()
  readonly #byLid = new Map<string, Account>()
  readonly #byAlias = new Map<string, Account>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #receipts: ReceiptSettings
  readonly #log: (what: string, cause?: unknown) => void

  constructor(
    receipts: ReceiptSettings,
    events: EventEmitter<WorldEvents>,
    log: (what: string, cause?: unknown) => void,
  ) {
    this.events = events
    this.#receipts = receipts
    this.#log = log
  }

  /** Adds a person; the caller has checked that the number is free. */
  addAccount(phone: string, name: string, isBusiness: boolean): Account {
    const account = new Account(phone, name, isBusiness, { ...this.#receipts })
    this.accounts.set(phone, account)
    this.#byLid.set(account.lid, account)
    return account
  }

  /** The person with this phone number; 404 when there is none. */
  account(phone: string, field = 'phone'): Account {
    const account = this.accounts.get(phone.replace(/@c\.us$/, ''))
    if (!account) throw new SimulatorError(404, `no account has the phone ${phone}`, field)
    return account
  }

  /** The person a jid means, by phone number or LID. */
  find(jid: string | undefined): Account | undefined {
    const user = parseJid(jid)?.user
    return user === undefined ? undefined : (this.accounts.get(user) ?? this.#byLid.get(user))
  }

  /** The person whom a look-up of a number finds: by the phone number, or another way to write it. */
  lookUp(digits: string): Account | undefined {
    return this.accounts.get(digits) ?? this.#byAlias.get(digits)
  }

  /** Refuses other ways to write a number that lead to somebody else, or are the number itself. */
  requireFreeAliases(phone: string, aliases: readonly string[]): void {
    for (const alias of aliases) {
      const found = this.lookUp(alias)
      if (alias === phone || (found && found.phone !== phone))
        throw new SimulatorError(409, `${alias} is the number of an account`, 'aliases')
    }
  }

  /** Replaces the other ways to write a person's number. */
  setAliases(account: Account, aliases: readonly string[]): void {
    for (const alias of account.aliases) this.#byAlias.delete(alias)
    account.aliases.clear()
    for (const alias of aliases) {
      account.aliases.add(alias)
      this.#byAlias.set(alias, account)
    }
  }

  /** The linked device a jid means. */
  findCompanion(jid: string | undefined): Companion | undefined {
    return this.find(jid)?.companions.get(parseJid(jid)?.device ?? 0)
  }

  /** A jid as users of the control API see it. */
  chatIdOf(jid: string): string {
    if (jid.endsWith('@g.us') || jid.endsWith('@newsletter')) return jid
    return this.find(jid)?.chatId ?? `${parseJid(jid)?.user ?? jid}@c.us`
  }

  /** Does something later, unless the world ends before. */
  after(delayMs: number, work: () => void): void {
    if (delayMs <= 0) {
      work()
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, delayMs)
    this.#timers.add(timer)
  }

  /** Something the client did, or we did, that should not happen; counted, and logged when asked to. */
  problem(what: string, cause?: unknown): void {
    this.counters.problems++
    this.#log(what, cause)
  }

  /** Ends the world: nothing more happens, every connection is cut. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    for (const connection of this.connections) connection.terminate()
  }
}
