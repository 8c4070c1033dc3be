/**
 * Keeps the statements that come again and again prepared, whichever connection they come from: reading and planning a
 * statement takes the WebAssembly engine as long as running it. Clients know nothing of it, they send each statement
 * whole and without a name; here it is given one, and from then on only its parameters are passed on.
 * Source: postgresql.org/docs/current/protocol-message-formats.html (Parse, Bind, ParseComplete).
 */

import { encodeQuery } from './wire.ts'

const parseType = 0x50 // P
const bindType = 0x42 // B
const queryType = 0x51 // Q
const parseComplete = Buffer.from([0x31, 0, 0, 0, 4])
/** ParseComplete, BindComplete and NoData: no answers to a simple query. Each is five bytes. */
const extendedOnly: ReadonlySet<number | undefined> = new Set([0x31, 0x32, 0x6e])
/** Bind of an unnamed portal without parameters, after the name of its statement. */
const noParameters = Buffer.alloc(7)
/** Describe of the portal, Execute of all its rows, Sync. */
const runPortal = Buffer.from('44000000065000450000000900000000005300000004', 'hex')

/** From this time on that a statement is seen it is kept. */
const oftenEnough = 3
/** Statements that are kept at most: each takes memory of the engine, which never shrinks. */
const mostKept = 300
/** Statements that are counted at most. */
const mostCounted = 2000
/** Preparations of one statement that may fail; an error of the first run is as a rule its parameters'. */
const mostFailures = 3
/** Longer texts hold values that come once. */
const longestText = 16_384
/**
 * What gives tables another form: statements that were prepared before may no longer fit. Wherever it stands: migrations
 * begin with comments and are many statements. Whatever only looks like it costs a few preparations.
 */
const changesTables = /\b(?:create|alter|drop|discard)\s/i
/** A simple query that can be prepared: texts with a semicolon may be several statements. */
const isOneStatement = /^\s*(?:with|select|insert|update|delete)\b[^;]*$/i

const forgetAll = encodeQuery('DEALLOCATE ALL')
/** Plans are made again, so that one that was made for an empty table does not read a full one whole. */
const planAnew = encodeQuery('DISCARD PLANS')
/** Units after which that is due: so many, or the fourth part of all there were. */
const leastUnits = 500
const longestMs = 60_000

interface Counted {
  count: number
  failures: number
  /** Its name at the engine; undefined until it is prepared. */
  name: Buffer | undefined
}

/** A statement that could be kept, as a client sent it. */
interface Asked {
  /** What tells it from others. */
  statement: string
  /** The unit without its Parse. */
  bind(name: Buffer): Buffer
  /** Its Parse. */
  parse(name: Buffer): Buffer
  /** The answer as the client expects it. */
  answer(reply: Uint8Array, isParsed: boolean): Uint8Array
}

/** A unit as the engine gets it. */
export interface KeptUnit {
  bytes: Uint8Array
  /** The reply as the client waits for it; called with whether it holds an error: only what could be prepared is kept. */
  complete(rest: Uint8Array, hasFailed: boolean): Uint8Array
}

/** The statements of one engine. */
export class KeptStatements {
  readonly #seen = new Map<string, Counted>()
  #kept = 0
  #named = 0
  #isStale = false
  #units = 0
  #plannedAtUnit = 0
  #plannedAtMs = Date.now()

  /** What the engine has to be told before the next unit, where it takes statements; mostly nothing. */
  takeUpkeep(): Buffer | undefined {
    if (this.#isStale) {
      this.#isStale = false
      return forgetAll
    }
    this.#units += 1
    const since = this.#units - this.#plannedAtUnit
    if (since < leastUnits) return undefined
    if (since < this.#units / 4 && Date.now() - this.#plannedAtMs < longestMs) return undefined
    this.#plannedAtUnit = this.#units
    this.#plannedAtMs = Date.now()
    return planAnew
  }

  /** The unit as it is to be run; undefined when it is run as it is. */
  take(unit: Buffer): KeptUnit | undefined {
    const asked = unit[0] === queryType ? readSimple(unit) : readExtended(unit)
    if (asked === undefined) {
      if (unit[0] === queryType) this.#heed(unit)
      return undefined
    }
    const counted = this.#count(asked.statement)
    const { name } = counted
    if (name !== undefined) return { bytes: asked.bind(name), complete: (rest) => asked.answer(rest, false) }
    const isOften = counted.count >= oftenEnough && counted.failures < mostFailures
    return isOften && this.#kept < mostKept ? this.#prepare(asked, counted) : undefined
  }

  #prepare(asked: Asked, counted: Counted): KeptUnit {
    this.#named += 1
    const name = Buffer.from(`kept ${this.#named}`)
    const complete = (rest: Uint8Array, hasFailed: boolean): Uint8Array => {
      if (hasFailed) counted.failures += 1
      else {
        counted.name = name
        this.#kept += 1
      }
      return asked.answer(rest, true)
    }
    return { bytes: Buffer.concat([asked.parse(name), asked.bind(name)]), complete }
  }

  #count(statement: string): Counted {
    const known = this.#seen.get(statement)
    if (known !== undefined) {
      known.count += 1
      return known
    }
    // What came once and not again makes room; what is kept stays.
    if (this.#seen.size >= mostCounted) {
      for (const [text, { name }] of this.#seen) if (name === undefined) this.#seen.delete(text)
    }
    const counted = { count: 1, failures: 0, name: undefined }
    this.#seen.set(statement, counted)
    return counted
  }

  /** After a change of tables all are prepared anew, under new names. */
  #heed(unit: Buffer): void {
    if (this.#seen.size === 0 || !changesTables.test(unit.toString('latin1', 5))) return
    this.#seen.clear()
    this.#kept = 0
    this.#isStale = true
  }
}

/** A unit of Parse and Bind without names, whatever follows; undefined for any other. */
function readExtended(unit: Buffer): Asked | undefined {
  if (unit[0] !== parseType || unit.length < 16 || unit[5] !== 0) return undefined
  const bindAt = 1 + unit.readInt32BE(1)
  if (bindAt > longestText || unit[bindAt] !== bindType) return undefined
  const nameAt = unit.indexOf(0, bindAt + 5) + 1
  if (unit[nameAt] !== 0) return undefined
  return {
    statement: unit.toString('latin1', 5, bindAt),
    parse: (name) => message(parseType, name, unit.subarray(5, bindAt)),
    bind(name) {
      const bind = Buffer.concat([unit.subarray(bindAt, nameAt), name, unit.subarray(nameAt)])
      bind.writeInt32BE(unit.readInt32BE(bindAt + 1) + name.length, 1)
      return bind
    },
    answer: (reply, isParsed) => (isParsed ? reply : Buffer.concat([parseComplete, reply])),
  }
}

/** A simple query that is one statement; undefined for any other. */
function readSimple(unit: Buffer): Asked | undefined {
  if (unit.length > longestText) return undefined
  const text = unit.toString('latin1', 5, unit.length - 1)
  if (!isOneStatement.test(text)) return undefined
  return {
    statement: text,
    // No types of parameters follow the text.
    parse: (name) => message(parseType, name, zero, unit.subarray(5), noParameters.subarray(0, 2)),
    bind: (name) => Buffer.concat([message(bindType, zero, name, noParameters), runPortal]),
    answer(reply) {
      let from = 0
      while (extendedOnly.has(reply[from])) from += 5
      return reply.subarray(from)
    },
  }
}

const zero = Buffer.alloc(1)

function message(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(5)
  head[0] = type
  head.writeInt32BE(4 + parts.reduce((sum, { length }) => sum + length, 0), 1)
  return Buffer.concat([head, ...parts])
}
