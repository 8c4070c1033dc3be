import type { MessagePort } from 'node:worker_threads'
import {
  encodeFatal,
  encodeQuery,
  findListenCommand,
  splitReply,
  UnitReader,
  type WireUnit,
} from './database-wire.ts'

/** Executes one unit on the backend and returns its whole reply. Never throws for a query's error. */
export type ExecuteUnit = (bytes: Uint8Array) => Uint8Array

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
  const cells = new Float64Array(memory)
  const gauge = {} as BrokerGauge
  gaugeFields.forEach((field, index) => {
    Object.defineProperty(gauge, field, {
      get: () => cells[index],
      set: (value: number) => {
        cells[index] = value
      },
    })
  })
  return gauge
}

interface Connection {
  port: MessagePort
  reader: UnitReader
  queue: WireUnit[]
  channels: Set<string>
  isClosed: boolean
  /** The password packet of a start-up has no meaning here; the first unit only opens the session. */
  idleSinceMs: number
}

/**
 * Lets many PostgreSQL connections share a backend that knows only one: a unit up to Sync runs
 * undivided, a transaction keeps the backend to its connection, and each connection hears only the
 * channels it listens to.
 */
export class Broker {
  readonly #execute: ExecuteUnit
  readonly #gauge: BrokerGauge
  readonly #idleTransactionMs: number
  readonly #connections = new Set<Connection>()
  readonly #ready: Connection[] = []
  #owner: Connection | undefined
  #isPumping = false
  #idleTimer: NodeJS.Timeout | undefined

  /** A transaction that says nothing for `idleTransactionMs` while others wait is ended, or all would stand still. */
  constructor(execute: ExecuteUnit, gauge: BrokerGauge, idleTransactionMs: number) {
    this.#execute = execute
    this.#gauge = gauge
    this.#idleTransactionMs = idleTransactionMs
  }

  /** Serves one more connection, whose bytes come and go over this port. */
  attach(port: MessagePort): void {
    const connection: Connection = {
      port,
      reader: new UnitReader((bytes) => port.postMessage(bytes)),
      queue: [],
      channels: new Set(),
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
    if (connection.queue.length === 0 || connection.isClosed) return
    if (connection !== this.#owner && !this.#ready.includes(connection)) this.#ready.push(connection)
  }

  #next(): Connection | undefined {
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
        // New bytes arrive only when the loop turns; a turn per millisecond keeps it fair and cheap.
        if (Date.now() !== sinceYieldMs || this.#ready.length === 0) {
          await new Promise((resolve) => setImmediate(resolve))
          sinceYieldMs = Date.now()
        }
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
    const split = splitReply(this.#executeTimed(unit.bytes))
    const command = unit.kind === 'work' ? findListenCommand(unit.bytes) : undefined
    if (command !== undefined) this.#noteListen(connection, command.isListen, command.channel)
    if (split.rest.length > 0) connection.port.postMessage(split.rest)
    this.#route(split.notifications)
    const isInTransaction = unit.isOpen || (split.status !== undefined && split.status !== 'I')
    this.#owner = isInTransaction ? connection : undefined
    connection.idleSinceMs = Date.now()
    this.#enqueue(connection)
  }

  #executeTimed(bytes: Uint8Array): Uint8Array {
    this.#gauge.unitStartedAtMs = Date.now()
    try {
      return this.#execute(bytes)
    } finally {
      this.#gauge.unitStartedAtMs = 0
      this.#gauge.lastUnitAtMs = Date.now()
      this.#gauge.unitCount += 1
    }
  }

  #noteListen(connection: Connection, isListen: boolean, channel: string): void {
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
        if (connection.channels.has(channel)) connection.port.postMessage(bytes)
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
        this.#owner.port.postMessage(
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
