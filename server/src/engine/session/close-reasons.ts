import { maskDigits } from '../library/library-log.ts'

/** Why a connection ended: a code of WhatsApp or of the library, or our own reason. */
export type CloseReason =
  | { kind: 'code'; code: number; message: string }
  | { kind: 'fenced' }
  | { kind: 'store_failed'; error: unknown }
  | { kind: 'deaf'; quietMs: number; stanzas: number }
  | { kind: 'passkey' }
  | { kind: 'proxy'; failure: string }
  | { kind: 'timeout' }

/** A sentence for the log and `last_error`, without addresses. */
export function describeCloseReason(closeReason: CloseReason): string {
  switch (closeReason.kind) {
    case 'code':
      return maskDigits(`${closeReason.code}: ${closeReason.message}`)
    case 'store_failed':
      return 'what arrived could not be stored'
    case 'fenced':
      return 'another process took the session over'
    case 'deaf':
      return `no answer to a probe after ${Math.round(closeReason.quietMs / 1000)} s of silence, ${closeReason.stanzas} stanzas before`
    case 'passkey':
      return 'WhatsApp asked for a passkey'
    case 'proxy':
      return maskDigits(closeReason.failure)
    case 'timeout':
      return 'no connection in time'
  }
}
