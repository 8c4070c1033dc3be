import type { BinaryNode } from 'baileys'
import { AppError, type ErrorDefinition } from '../../platform/errors.ts'
import {
  sessionNotConnected,
  whatsappRefused,
  whatsappSilent,
  whatsappTooManyRequests,
} from '../engine-errors.ts'
import { maskDigits } from './library-log.ts'

/** What a code of WhatsApp means for one kind of question. */
export type Refusals = Readonly<Record<number, ErrorDefinition>>

/** The part of the library's socket that asks the server. */
interface Asking {
  query(node: BinaryNode): Promise<BinaryNode | undefined>
}

/** Codes of the library when the connection, not WhatsApp, is the reason (`DisconnectReason` of Baileys 7). */
const lostCodes = new Set([401, 408, 428, 440, 503, 515])

/** Asks the server and refuses what it refuses; no answer in time is a refusal too. */
export async function ask(socket: Asking, node: BinaryNode, refusals: Refusals = {}): Promise<BinaryNode> {
  const answer = await translating(() => socket.query(node), refusals)
  if (answer === undefined) throw new AppError(whatsappSilent)
  return answer
}

/** Runs a call of the library; its errors become ours: WhatsApp's code decides, else the call is refused with 400. */
export async function translating<T>(call: () => Promise<T>, refusals: Refusals = {}): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw translate(error, refusals)
  }
}

function translate(error: unknown, refusals: Refusals): AppError {
  if (error instanceof AppError) return error
  const code = codeOf(error)
  const text = error instanceof Error ? maskDigits(error.message) : 'unknown'
  if (/connection (closed|was lost|terminated)|websocket/i.test(text)) {
    return new AppError(sessionNotConnected, { cause: error })
  }
  if (/timed out|missing <group> node/i.test(text)) return new AppError(whatsappSilent, { cause: error })
  const definition = code === undefined ? undefined : refusals[code]
  if (definition !== undefined) return new AppError(definition, { cause: error })
  if (code === 429) return new AppError(whatsappTooManyRequests, { cause: error })
  const message = `${whatsappRefused.text} (${code === undefined ? text : `${code}: ${text}`})`
  return new AppError(whatsappRefused, { message, cause: error })
}

/**
 * WhatsApp's code: `data` of the error that `assertNodeErrorFree` throws, the status of one that `executeWMexQuery` and
 * `extractGroupMetadata` throw (Baileys 7).
 */
export function codeOf(error: unknown): number | undefined {
  const { data, output } = error as { data?: unknown; output?: { statusCode?: unknown } }
  if (typeof data === 'number' && Number.isFinite(data)) return data
  const status = Number(output?.statusCode)
  return Number.isFinite(status) && status !== 500 && !lostCodes.has(status) ? status : undefined
}
