/**
 * The parts of PostgreSQL's wire protocol that a broker must understand to share one backend among
 * several connections: where a unit of work ends, who listens to what, and whether the backend is
 * still inside a transaction. Source: postgresql.org/docs/current/protocol-message-formats.html
 */

const sslRequestCode = 80877103
const cancelRequestCode = 80877102
const gssRequestCode = 80877104

const messageType = {
  query: 0x51, // Q
  sync: 0x53, // S
  terminate: 0x58, // X
  flush: 0x48, // H
  parse: 0x50, // P
  notification: 0x41, // A
  readyForQuery: 0x5a, // Z
} as const

/** Begins a transaction whose COMMIT the broker answers before it is on the disk. */
export const beginLagging = 'BEGIN /* may lag */'

/** What the backend must execute without letting another connection in between. */
export interface WireUnit {
  kind: 'startup' | 'work' | 'terminate'
  bytes: Buffer
  /** Ended by Flush instead of Sync: the connection keeps the backend until its Sync comes. */
  isOpen: boolean
}

/** Cuts the bytes of one connection into units. Feed it whatever arrives; it keeps the rest. */
export class UnitReader {
  #buffer: Buffer = Buffer.alloc(0)
  #hasStarted = false
  readonly #answer: (bytes: Buffer) => void

  /** `answer` sends bytes back to the client: encryption is declined with one byte. */
  constructor(answer: (bytes: Buffer) => void) {
    this.#answer = answer
  }

  /** The units completed by these bytes, in order. */
  read(bytes: Buffer): WireUnit[] {
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes])
    const units: WireUnit[] = []
    for (;;) {
      const unit = this.#hasStarted ? this.#nextWork() : this.#nextStartup()
      if (unit === undefined) return units
      if (unit !== 'skipped') units.push(unit)
    }
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length)
    this.#buffer = this.#buffer.subarray(length)
    return taken
  }

  /** Start-up packets have no type byte: a length and a code. */
  #nextStartup(): WireUnit | 'skipped' | undefined {
    if (this.#buffer.length < 8) return undefined
    const length = this.#buffer.readInt32BE(0)
    const code = this.#buffer.readInt32BE(4)
    if (this.#buffer.length < length) return undefined
    const bytes = this.#take(length)
    if (code === sslRequestCode || code === gssRequestCode) {
      this.#answer(Buffer.from('N'))
      return 'skipped'
    }
    if (code === cancelRequestCode) return 'skipped'
    this.#hasStarted = true
    return { kind: 'startup', bytes, isOpen: false }
  }

  #nextWork(): WireUnit | undefined {
    let offset = 0
    while (this.#buffer.length - offset >= 5) {
      const type = this.#buffer[offset]
      const length = 1 + this.#buffer.readInt32BE(offset + 1)
      if (this.#buffer.length - offset < length) return undefined
      offset += length
      if (type === messageType.terminate)
        return { kind: 'terminate', bytes: this.#take(offset), isOpen: false }
      if (type === messageType.query || type === messageType.sync || type === messageType.flush) {
        return { kind: 'work', bytes: this.#take(offset), isOpen: type === messageType.flush }
      }
    }
    return undefined
  }
}

/** A LISTEN or UNLISTEN found in a unit; `channel` is `*` for UNLISTEN of everything. */
export interface ListenCommand {
  isListen: boolean
  channel: string
}

const listenPattern = /^\s*(un)?listen\s+("(?:[^"]|"")+"|\*|[\w$]+)/i

/** Finds LISTEN and UNLISTEN, which the one backend cannot keep apart per connection. */
export function findListenCommand(unit: Buffer): ListenCommand | undefined {
  const type = unit[0]
  if (type !== messageType.query && type !== messageType.parse) return undefined
  const start = type === messageType.parse ? unit.indexOf(0, 5) + 1 : 5
  const text = unit.subarray(start, start + 200).toString('latin1')
  const match = listenPattern.exec(text)
  const name = match?.[2]
  if (name === undefined) return undefined
  const channel = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
  return { isListen: match?.[1] === undefined, channel }
}

/** A reply without its notifications, the notifications, and how the backend stands after it. */
export interface SplitReply {
  rest: Uint8Array
  notifications: { channel: string; bytes: Uint8Array }[]
  /** The last ReadyForQuery: `I` idle, `T` in a transaction, `E` in a failed one; undefined before it. */
  status: string | undefined
}

/** Takes the NotificationResponses out of a reply and reads the transaction status. */
export function splitReply(reply: Uint8Array): SplitReply {
  const buffer = Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength)
  const notifications: SplitReply['notifications'] = []
  const kept: Buffer[] = []
  let keptFrom = 0
  let offset = 0
  let status: string | undefined
  while (offset + 5 <= buffer.length) {
    const type = buffer[offset]
    const end = offset + 1 + buffer.readInt32BE(offset + 1)
    if (type === messageType.readyForQuery) status = String.fromCharCode(buffer[offset + 5] ?? 0)
    if (type === messageType.notification) {
      if (offset > keptFrom) kept.push(buffer.subarray(keptFrom, offset))
      const bytes = Uint8Array.prototype.slice.call(buffer, offset, end)
      const channel = buffer.subarray(offset + 9, buffer.indexOf(0, offset + 9)).toString()
      notifications.push({ channel, bytes })
      keptFrom = end
    }
    offset = end
  }
  if (notifications.length === 0) return { rest: reply, notifications, status }
  if (keptFrom < buffer.length) kept.push(buffer.subarray(keptFrom))
  return { rest: Buffer.concat(kept), notifications, status }
}

/** A fatal ErrorResponse as a server sends it before it hangs up. */
export function encodeFatal(sqlState: string, message: string): Uint8Array {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${message}\0\0`)
  const head = Buffer.alloc(5)
  head.write('E', 0, 'latin1')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

/** A simple query message, for what the broker itself has to say to the backend. */
export function encodeQuery(text: string): Buffer {
  const body = Buffer.from(`${text}\0`)
  const head = Buffer.alloc(5)
  head.write('Q', 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
