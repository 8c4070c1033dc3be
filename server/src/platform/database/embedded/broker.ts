import type { MessagePort } from 'node:worker_threads'
import { KeptStatements } from './kept-statements.ts'
import { postBytes } from './port-bytes.ts'
import {
  beginLagging,
  describeFailure,
  encodeFatal,
  encodeQuery,
  findDamage,
  findListenCommand,
  type SplitReply,
  splitReply,
  UnitReader,
  type WireUnit,
} from './wire.ts'

/** Executes one unit on the backend and returns its whole reply. Throws when the engine broke, never for a query's error. */
export type ExecuteUnit = (bytes: Uint8Array) => Uint8Array

/** Runs `work`, which flushes the log; resolves when the disk has it, undefined when it has it already. */
export type FlushLog = (work: () => void) => Promise<void> | undefined

/** What the broker works on. */
export interface Backend {
  execute: ExecuteUnit
  flushLog: FlushLog
  /** Ends the engine, which does not answer as it should: it recovers from its log. Called once. */
  end(error: Error): void
}

/** What the main thread may read at any time without asking: all in milliseconds since the epoch. */
export interface BrokerGauge {
  /** Start of the unit that runs now, 0 when none does. */
  unitStartedAtMs: number
  lastUnitAtMs: number
  unitCount: number
}

const gaugeFields = ['unitStartedAtMs', 'lastUnitAtMs', 'unitCount'] as const

/** Memory shared by the worker and the main thread for the gauge. */
export function createGaugeMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(gaugeFields.length * Float64Array.BYTES_PER_ELEMENT)
}

/** A live view on the gauge. */
export function viewGauge(memory: SharedArrayBuffer): BrokerGauge {
  const values = new Float64Array(memory)
  const gauge = {} as BrokerGauge
  gaugeFields.forEach((field, index) => {
    Object.defineProperty(gauge, field, {
      get: () => values[index],
      set: (value: number) => {
        values[index] = value
      },
    })
  })
  return gauge
}

/**
 * Commits do not wait for the disk by themselves (`synchronous_commit` is off): whatever was written since is flushed
 * by this one statement, and nothing is flushed after mere reads. The function's last argument needs PostgreSQL 17.
 */
const flushQuery = encodeQuery(`SELECT CASE
  WHEN pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn()
  THEN pg_logical_emit_message(false, 'flush', '', true) END`)
const maxHeld = 256
/** What only lags is flushed this much later at the latest; as a rule a commit that somebody waits for takes it along. */
const mostLagMs = 10
const lagging = encodeQuery(beginLagging)
const soundQuery = encodeQuery('SELECT 1')
const oneStatement = { isOpen: false, statements: 1 }
/** "Internal error": one that PostgreSQL did not foresee, in a statement or in itself. */
const internalError = 'XX000'
/** A failed transaction refuses every statement but its end. */
const inFailedTransaction = '25P02'

interface Connection {
  port: MessagePort
  reader: UnitReader
  queue: WireUnit[]
  channels: Set<string>
  /** Replies that go with the next one, whose unit is here already: each post wakes up the other thread. */
  unsent: Uint8Array[]
  isClosed: boolean
  /** The password packet of a start-up has no meaning here; the first unit only opens the session. */
  idleSinceMs: number
}

/** Finished work that is answered once it is on the disk. */
interface HeldReply {
  connection: Connection
  reply: SplitReply
}

/**
 * Lets many PostgreSQL connections share a backend that knows only one: a unit up to Sync runs
 * undivided, a transaction keeps the backend to its connection, and each connection is notified only of the
 * channels it listens to.
 */
export class Broker {
  readonly #backend: Backend
  readonly #gauge: BrokerGauge
  readonly #idleTransactionMs: number
  readonly #connections = new Set<Connection>()
  readonly #ready: Connection[] = []
  readonly #statements = new KeptStatements()
  #owner: Connection | undefined
  #ownerStatus: string | undefined
  /** The owner's transaction began as one whose commit is answered before it is flushed. */
  #isOwnerLagging = false
  readonly #held: HeldReply[] = []
  /** Something was answered that is not flushed yet. */
  #isBehind = false
  #isFlushing = false
  #isPumping = false
  /** Nothing is run or answered any more. */
  #isBroken = false
  #idleTimer: NodeJS.Timeout | undefined
  #lagTimer: NodeJS.Timeout | undefined

  /** A transaction that says nothing for `idleTransactionMs` while others wait is ended, or all would stand still. */
  constructor(backend: Backend, gauge: BrokerGauge, idleTransactionMs: number) {
    this.#backend = backend
    this.#gauge = gauge
    this.#idleTransactionMs = idleTransactionMs
  }

  /** Serves one more connection, whose bytes come and go over this port. */
  attach(port: MessagePort): void {
    const connection: Connection = {
      port,
      reader: new UnitReader((bytes) => postBytes(port, bytes)),
      queue: [],
      channels: new Set(),
      unsent: [],
      isClosed: false,
      idleSinceMs: Date.now(),
    }
    this.#connections.add(connection)
    port.on('message', (data: Uint8Array) => {
      connection.queue.push(
        ...connection.reader.read(Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
      )
      this.#enqueue(connection)
      void this.#pump()
    })
    port.on('close', () => {
      this.#drop(connection)
      void this.#pump()
    })
  }

  #enqueue(connection: Connection): void {
    if (connection.queue.length === 0 || connection.isClosed || this.#isBroken) return
    if (connection !== this.#owner && !this.#ready.includes(connection)) this.#ready.push(connection)
  }

  #next(): Connection | undefined {
    if (this.#isBroken) return undefined
    if (this.#owner !== undefined) return this.#owner.queue.length > 0 ? this.#owner : undefined
    return this.#ready.shift()
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return
    this.#isPumping = true
    try {
      let sinceYieldMs = Date.now()
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        const unit = next.queue.shift()
        if (unit !== undefined) this.#run(next, unit)
        // New bytes arrive only when the loop ticks; a tick per millisecond keeps it fair and cheap.
        if (Date.now() !== sinceYieldMs || this.#ready.length === 0) {
          await new Promise((resolve) => setImmediate(resolve))
          sinceYieldMs = Date.now()
        }
        this.#flushWhenDue()
      }
    } finally {
      this.#isPumping = false
    }
    this.#watchIdleTransaction()
  }

  #run(connection: Connection, unit: WireUnit): void {
    if (unit.kind === 'terminate') {
      this.#drop(connection)
      return
    }
    const split = this.#ask(unit)
    if (split === undefined) return
    if (unit.kind === 'work' && !this.#isSound(unit, split)) return
    const command = unit.kind === 'work' ? findListenCommand(unit.bytes) : undefined
    if (command !== undefined) this.#trackListen(connection, command.isListen, command.channel)
    const isInTransaction = unit.isOpen || (split.status !== undefined && split.status !== 'I')
    const isLagging = this.#owner === connection ? this.#isOwnerLagging : lagging.equals(unit.bytes)
    this.#owner = isInTransaction ? connection : undefined
    this.#ownerStatus = isInTransaction ? split.status : undefined
    this.#isOwnerLagging = isInTransaction && isLagging
    if (isInTransaction && connection.queue.length > 0 && split.notifications.length === 0)
      connection.unsent.push(split.rest)
    else if (isInTransaction || isLagging || unit.kind !== 'work')
      this.#sendReply({ connection, reply: split })
    else this.#held.push({ connection, reply: split })
    if (isLagging && !isInTransaction) this.#isBehind = true
    connection.idleSinceMs = Date.now()
    this.#enqueue(connection)
  }

  /** Runs the unit, as a kept statement when it is one; undefined when the engine broke. */
  #ask(unit: WireUnit): SplitReply | undefined {
    // Neither in a failed transaction nor between an Execute and its Sync.
    if (this.#owner === undefined || this.#ownerStatus === 'T') {
      const upkeep = this.#statements.takeUpkeep()
      if (upkeep !== undefined) this.#executeTimed(upkeep)
    }
    const kept = unit.kind === 'work' ? this.#statements.take(unit.bytes) : undefined
    const reply = this.#executeTimed(kept?.bytes ?? unit.bytes)
    if (reply === undefined) return undefined
    const split = splitReply(reply)
    if (kept !== undefined) split.rest = kept.complete(split.rest, split.failure !== undefined)
    return split
  }

  #sendReply({ connection, reply }: HeldReply): void {
    const { port, unsent, isClosed } = connection
    if (reply.rest.length + unsent.length > 0 && !isClosed) postBytes(port, ...unsent.splice(0), reply.rest)
    this.#route(reply.notifications)
  }

  /**
   * Group commit: as long as there is work to run, finished work waits, and all of it is flushed at once, one flush at
   * a time. The disk works beside the backend, so that what comes meanwhile is only run, not answered.
   */
  #flushWhenDue(): void {
    if (this.#isFlushing || this.#isBroken) return
    if (this.#held.length === 0) {
      if (this.#isBehind) this.#flushSoon()
    } else if (this.#mayFlush() || (this.#owner === undefined && this.#held.length >= maxHeld)) this.#flush()
  }

  /** Nothing is there to be run before. */
  #mayFlush(): boolean {
    if (this.#owner === undefined) return this.#ready.length === 0
    // In a failed transaction no statement runs; its end is near and flushes.
    return this.#owner.queue.length === 0 && this.#ownerStatus === 'T'
  }

  /** What lags waits a little for somebody's commit to share the flush with. */
  #flushSoon(): void {
    this.#lagTimer ??= setTimeout(() => {
      this.#lagTimer = undefined
      if (!this.#isBehind || this.#isFlushing || this.#isBroken) return
      if (this.#mayFlush()) this.#flush()
      else this.#flushSoon()
    }, mostLagMs)
  }

  /** Makes everything that has committed survive, then answers those who wait for it. */
  #flush(): void {
    const finished = this.#held.splice(0)
    this.#isBehind = false
    const sendReplies = (): void => {
      for (const held of finished) this.#sendReply(held)
    }
    const onDisk = this.#backend.flushLog(() => this.#runFlush())
    if (this.#isBroken) return
    if (onDisk === undefined) {
      sendReplies()
      return
    }
    this.#isFlushing = true
    const onFlushed = (): void => {
      this.#isFlushing = false
      if (this.#isBroken) return
      sendReplies()
      this.#flushWhenDue()
    }
    // Nobody may believe what did not reach the disk: the engine ends and recovers from its log.
    onDisk.then(onFlushed).catch((error: Error) => this.#break(error))
  }

  #runFlush(): void {
    const reply = this.#executeTimed(flushQuery)
    if (reply === undefined) return
    const split = splitReply(reply)
    const damage =
      split.failure === undefined ? findDamage(oneStatement, split) : describeFailure(split.failure)
    if (damage !== undefined) this.#break(new Error(`the log could not be flushed: ${damage}`))
  }

  /** Whether the reply is one to pass on. An answer that could not be read must not look like an empty one. */
  #isSound(unit: WireUnit, split: SplitReply): boolean {
    let damage = findDamage(unit, split)
    if (damage === undefined && split.failure?.code === internalError && !this.#answersAfterError())
      damage = describeFailure(split.failure)
    if (damage === undefined) return true
    this.#break(new Error(damage))
    return false
  }

  /** Whether the engine still answers: after an internal error nothing is certain. */
  #answersAfterError(): boolean {
    const reply = this.#executeTimed(soundQuery)
    if (reply === undefined) return false
    const split = splitReply(reply)
    if (findDamage(oneStatement, split) !== undefined) return false
    return split.failure === undefined || split.failure.code === inFailedTransaction
  }

  #break(error: Error): void {
    if (this.#isBroken) return
    this.#isBroken = true
    this.#held.length = 0
    this.#backend.end(error)
  }

  /** The reply; undefined when the engine broke. */
  #executeTimed(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#isBroken) return undefined
    this.#gauge.unitStartedAtMs = Date.now()
    try {
      return this.#backend.execute(bytes)
    } catch (error) {
      this.#break(error instanceof Error ? error : new Error(String(error)))
      return undefined
    } finally {
      this.#gauge.unitStartedAtMs = 0
      this.#gauge.lastUnitAtMs = Date.now()
      this.#gauge.unitCount += 1
    }
  }

  #trackListen(connection: Connection, isListen: boolean, channel: string): void {
    if (isListen) connection.channels.add(channel)
    else if (channel === '*') connection.channels.clear()
    else connection.channels.delete(channel)
    if (isListen) return
    // The backend forgets the channel for everyone: listen again for those who still want it.
    const wanted = new Set([...this.#connections].flatMap((other) => [...other.channels]))
    for (const name of channel === '*' ? wanted : [channel]) {
      if (wanted.has(name)) this.#executeTimed(encodeQuery(`LISTEN "${name.replaceAll('"', '""')}"`))
    }
  }

  #route(notifications: { channel: string; bytes: Uint8Array }[]): void {
    for (const { channel, bytes } of notifications) {
      for (const connection of this.#connections) {
        if (connection.channels.has(channel)) postBytes(connection.port, bytes)
      }
    }
  }

  #drop(connection: Connection): void {
    if (connection.isClosed) return
    connection.isClosed = true
    connection.queue.length = 0
    this.#connections.delete(connection)
    if (this.#owner === connection) {
      this.#executeTimed(encodeQuery('ROLLBACK'))
      this.#owner = undefined
    }
    connection.port.close()
  }

  /** A handler that waits inside its transaction for a query outside of it would wait for ever. */
  #watchIdleTransaction(): void {
    const owner = this.#owner
    if (owner === undefined || this.#idleTimer !== undefined) return
    this.#idleTimer = setTimeout(() => {
      this.#idleTimer = undefined
      const isStuck =
        this.#owner !== undefined && Date.now() - this.#owner.idleSinceMs >= this.#idleTransactionMs
      if (isStuck && this.#owner !== undefined && this.#ready.length > 0) {
        const seconds = this.#idleTransactionMs / 1000
        postBytes(
          this.#owner.port,
          encodeFatal(
            '25P03',
            `the transaction was silent for ${seconds} s while others waited and was rolled back`,
          ),
        )
        this.#drop(this.#owner)
        void this.#pump()
      } else this.#watchIdleTransaction()
    }, this.#idleTransactionMs)
    this.#idleTimer.unref()
  }
}
