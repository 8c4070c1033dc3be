import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import type { Sql } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { defineEvent, type Events, type Subscription } from '../../platform/events/events.ts'
import type { Ids } from '../../platform/ids.ts'
import { sessionRunsElsewhere } from '../engine-errors.ts'
import { decodePieces, encodePieces } from './codec.ts'

/** One piece of a call or of its answer, on its way to one process. */
interface Piece {
  tenantId: string
  /** The process it is for. */
  to: string
  /** The process it comes from. */
  from: string
  callId: string
  kind: 'call' | 'taken' | 'answer'
  number: number
  of: number
  data: string
}

const pieceEvent = defineEvent<Piece>('engine.piece')

/** What a process is asked to do. */
export interface RemoteCall {
  method: string
  args: readonly unknown[]
}

type Answer =
  | { kind: 'value'; value: unknown }
  | {
      kind: 'refusal'
      code: string
      status: number
      text: string
      details?: Record<string, unknown> | undefined
      headers?: Record<string, string> | undefined
    }
  | { kind: 'failure' }

interface Waiting {
  resolve(answer: Answer | undefined): void
  taken(): void
}

interface RemoteCallsOptions {
  events: Events
  sql: Sql
  clock: Clock
  ids: Ids
  log: Pick<Logger, 'warn'>
  ownerId: string
  /** Does here what another process asked for. */
  run(call: RemoteCall): Promise<unknown>
}

/** A process that lives says within this time that it took a call. */
const takenWithinMs = 3000
/** The longest a method may take unless its caller says otherwise: creating a group of hundreds. */
const answerWithinMs = 60_000
/** Calls that wait for an answer at the same time. */
const mostWaiting = 1000
/** Pieces of one call, about a megabyte: files do not travel this way. */
const mostPieces = 200

/**
 * Calls from process to process over the live events. They may be lost like any live event: then, and when the other
 * process is gone, the caller is told to try again (503).
 */
export class RemoteCalls {
  readonly #options: RemoteCallsOptions
  readonly #waiting = new Map<string, Waiting>()
  readonly #pieces = new Map<string, string[]>()
  #subscription: Subscription | undefined

  constructor(options: RemoteCallsOptions) {
    this.#options = options
  }

  /** Receives calls and answers from now on. */
  open(): void {
    const { events, ownerId } = this.#options
    const subscription = events.subscribe({
      names: [pieceEvent.name],
      matches: ({ payload }) => (payload as Piece).to === ownerId,
      capacity: 20_000,
    })
    this.#subscription = subscription
    const listen = async (): Promise<void> => {
      for await (const event of subscription) if (!('lost' in event)) this.#receive(event.payload as Piece)
    }
    void listen()
  }

  /** Whoever still waits is refused as if there was no answer. */
  close(): void {
    this.#subscription?.close()
    for (const { resolve } of this.#waiting.values()) resolve(undefined)
  }

  /** Lets another process do something; refuses as that process does, or with 503 when it gives no answer in time. */
  async call(to: string, call: RemoteCall, withinMs = answerWithinMs): Promise<unknown> {
    const { clock, ids } = this.#options
    if (this.#waiting.size >= mostWaiting) throw noAnswer()
    const callId = ids.uuid()
    let timer: { cancel(): void } | undefined
    const answer = await new Promise<Answer | undefined>((resolve) => {
      const giveUpAfter = (ms: number): void => {
        timer?.cancel()
        timer = clock.schedule(ms, () => resolve(undefined))
      }
      this.#waiting.set(callId, { resolve, taken: () => giveUpAfter(withinMs) })
      giveUpAfter(takenWithinMs)
      this.#send(to, callId, 'call', call).catch(() => resolve(undefined))
    })
    timer?.cancel()
    this.#waiting.delete(callId)
    this.#pieces.delete(callId)
    if (answer === undefined) throw noAnswer()
    if (answer.kind === 'value') return answer.value
    if (answer.kind === 'failure') throw new Error('the process that holds the session failed')
    const { code, status, text, details, headers } = answer
    throw new AppError(
      { code, status, text },
      { ...(details === undefined ? {} : { details }), ...(headers === undefined ? {} : { headers }) },
    )
  }

  async #send(to: string, callId: string, kind: Piece['kind'], content: unknown): Promise<void> {
    const { events, sql, ownerId } = this.#options
    const pieces = encodePieces(content)
    if (kind === 'call' && pieces.length > mostPieces)
      throw new Error('a call to another process is too large')
    const payloads = pieces.map((data, number): Piece => {
      return { tenantId: '', to, from: ownerId, callId, kind, number, of: pieces.length, data }
    })
    await events.publishMany(sql, pieceEvent, payloads)
  }

  #receive(piece: Piece): void {
    const { callId, kind } = piece
    const waiting = this.#waiting.get(callId)
    if (kind === 'taken') return waiting?.taken()
    if (kind === 'answer' && waiting === undefined) return
    const content = this.#complete(piece)
    if (content === undefined) return
    if (kind === 'answer') waiting?.resolve(content.value as Answer)
    else void this.#serve(piece, content.value as RemoteCall)
  }

  /** The content, once its last piece is there; pieces of one sender come in order. */
  #complete({ callId, number, of, data }: Piece): { value: unknown } | undefined {
    const pieces = this.#pieces.get(callId) ?? []
    if (number !== pieces.length) {
      this.#pieces.delete(callId)
      return undefined
    }
    pieces.push(data)
    this.#pieces.set(callId, pieces)
    if (number === 0 && of > 1)
      this.#options.clock.schedule(answerWithinMs, () => this.#pieces.delete(callId))
    if (pieces.length < of) return undefined
    this.#pieces.delete(callId)
    return { value: decodePieces(pieces) }
  }

  async #serve({ from, callId }: Piece, call: RemoteCall): Promise<void> {
    const { log } = this.#options
    try {
      await this.#send(from, callId, 'taken', null)
      await this.#send(from, callId, 'answer', await this.#run(call))
    } catch (err) {
      log.warn({ err, method: call.method }, 'another process could not be answered')
    }
  }

  async #run(call: RemoteCall): Promise<Answer> {
    try {
      return { kind: 'value', value: await this.#options.run(call) }
    } catch (error) {
      if (error instanceof AppError) {
        const { code, status, message, details, headers } = error
        return { kind: 'refusal', code, status, text: message, details, headers }
      }
      this.#options.log.warn({ err: error, method: call.method }, 'a call of another process failed')
      return { kind: 'failure' }
    }
  }
}

function noAnswer(): AppError {
  return new AppError(sessionRunsElsewhere, { headers: { 'Retry-After': '5' } })
}
