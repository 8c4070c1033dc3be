/**
 * The parts of PostgreSQL's wire protocol that a broker must understand to share one backend among
 * several connections: where a unit of work ends, who listens to what, whether the backend is
 * still inside a transaction, and whether its reply is whole. Source: postgresql.org/docs/current/protocol-message-formats.html
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
  execute: 0x45, // E, from the client
  notification: 0x41, // A
  readyForQuery: 0x5a, // Z
  error: 0x45, // E, from the backend
  // What ends a statement that succeeded.
  commandComplete: 0x43, // C
  emptyQuery: 0x49, // I
  portalSuspended: 0x73, // s
} as const

/** Begins a transaction whose COMMIT the broker answers before it is on the disk. */
export const beginLagging = 'BEGIN /* may lag */'

/** What the backend must execute without letting another connection in between. */
export interface WireUnit {
  kind: 'startup' | 'work' | 'terminate'
  bytes: Buffer
  /** Ended by Flush instead of Sync: the connection keeps the backend until its Sync comes. */
  isOpen: boolean
  /** Statements in it that are executed: each is completed in the reply, unless there is an error. */
  statements: number
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
    return { kind: 'startup', bytes, isOpen: false, statements: 0 }
  }

  #nextWork(): WireUnit | undefined {
    let offset = 0
    let statements = 0
    while (this.#buffer.length - offset >= 5) {
      const type = this.#buffer[offset]
      const length = 1 + this.#buffer.readInt32BE(offset + 1)
      if (this.#buffer.length - offset < length) return undefined
      offset += length
      if (type === messageType.terminate)
        return { kind: 'terminate', bytes: this.#take(offset), isOpen: false, statements }
      if (type === messageType.query || type === messageType.execute) statements += 1
      if (type === messageType.query || type === messageType.sync || type === messageType.flush) {
        const isOpen = type === messageType.flush
        return { kind: 'work', bytes: this.#take(offset), isOpen, statements }
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

/** An ErrorResponse of the backend. */
export interface WireFailure {
  /** Never translated: ERROR, FATAL or PANIC. */
  severity: string
  code: string
  message: string
}

/** A reply without its notifications, the notifications, and how the backend stands after it. */
export interface SplitReply {
  rest: Uint8Array
  notifications: { channel: string; bytes: Uint8Array }[]
  /** The last ReadyForQuery: `I` idle, `T` in a transaction, `E` in a failed one; undefined before it. */
  status: string | undefined
  /** Statements that were completed. */
  completed: number
  /** The first error. */
  failure: WireFailure | undefined
  /** It ends in the middle of a message. */
  isCut: boolean
}

/** Takes the NotificationResponses out of a reply and reads what became of its statements. */
export function splitReply(reply: Uint8Array): SplitReply {
  const buffer = Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength)
  const notifications: SplitReply['notifications'] = []
  const kept: Buffer[] = []
  let keptFrom = 0
  let offset = 0
  let status: string | undefined
  let completed = 0
  let failure: WireFailure | undefined
  while (offset + 5 <= buffer.length) {
    const type = buffer[offset] ?? 0
    const end = offset + 1 + buffer.readInt32BE(offset + 1)
    if (type === messageType.readyForQuery) status = String.fromCharCode(buffer[offset + 5] ?? 0)
    else if (
      type === messageType.commandComplete ||
      type === messageType.emptyQuery ||
      type === messageType.portalSuspended
    )
      completed += 1
    else if (type === messageType.error) failure ??= readFailure(buffer.subarray(offset + 5, end))
    else if (type === messageType.notification) {
      if (offset > keptFrom) kept.push(buffer.subarray(keptFrom, offset))
      const bytes = Uint8Array.prototype.slice.call(buffer, offset, end)
      const channel = buffer.subarray(offset + 9, buffer.indexOf(0, offset + 9)).toString()
      notifications.push({ channel, bytes })
      keptFrom = end
    }
    offset = end
  }
  const read = { notifications, status, completed, failure, isCut: offset !== buffer.length }
  if (notifications.length === 0) return { rest: reply, ...read }
  if (keptFrom < buffer.length) kept.push(buffer.subarray(keptFrom))
  return { rest: Buffer.concat(kept), ...read }
}

/** The fields of an ErrorResponse: a letter, a text and a zero each. */
function readFailure(body: Buffer): WireFailure {
  const fields = new Map(
    body
      .toString()
      .split('\0')
      .map((field) => [field.charAt(0), field.slice(1)]),
  )
  const [severity = '', code = '', message = ''] = ['V', 'C', 'M'].map((letter) => fields.get(letter))
  return { severity, code, message }
}

/**
 * Why a reply is none that an engine in good order gives, or undefined: it is cut, does not end where it has to, answers
 * fewer statements than were asked, or names an error after which PostgreSQL itself would end.
 */
export function findDamage(
  unit: Pick<WireUnit, 'isOpen' | 'statements'>,
  { isCut, status, completed, failure }: SplitReply,
): string | undefined {
  if (failure !== undefined && failure.severity !== 'ERROR') return describeFailure(failure)
  if (isCut) return 'a reply was cut'
  if (!unit.isOpen && status === undefined) return 'a reply without its end'
  if (failure === undefined && completed < unit.statements) return 'a reply without its answer'
  return undefined
}

/** An error of the backend as words for a log. */
export function describeFailure({ severity, code, message }: WireFailure): string {
  return `${severity} ${code}: ${message}`
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
