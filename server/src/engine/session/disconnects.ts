import type { StatusReason } from '../states.ts'
import type { CloseReason } from './close-reasons.ts'

/** What to do when a connection ended. */
export type Verdict =
  /** A new socket at once; the state does not change. */
  | { kind: 'renew' }
  /** A new socket after a growing pause. */
  | { kind: 'retry'; reason: StatusReason }
  /** No further try; `erasesPairing` when the stored keys are worthless. */
  | { kind: 'fail'; reason: StatusReason; erasesPairing: boolean }

/** What is known when a connection ends. */
export interface DisconnectFacts {
  /** The account is linked: there is something to log in with. */
  isPaired: boolean
  /** Every code that WhatsApp offered was shown and none was scanned. */
  areCodesUsedUp: boolean
  /** The connection had been let in, now or earlier in this life, and no try since has failed. */
  wasWorking: boolean
  /** Consecutive endings with the same code, this one included. */
  repeats: number
}

const maxReplaced = 4
const maxBadSession = 4

/**
 * What each code means. Sources: `DisconnectReason` and `getErrorCodeFromStreamError` of Baileys 7;
 * ConnectFailureReason of whatsmeow for 402, 406, 409 and 415.
 */
export function judgeDisconnect(code: number, facts: DisconnectFacts): Verdict {
  switch (code) {
    case 515:
      return { kind: 'renew' }
    case 401:
    case 411:
      return { kind: 'fail', reason: facts.isPaired ? 'logged_out' : 'pairing_failed', erasesPairing: true }
    case 402:
    case 403:
    case 406:
      return { kind: 'fail', reason: 'banned', erasesPairing: false }
    case 405:
    case 409:
      return { kind: 'fail', reason: 'client_outdated', erasesPairing: false }
    case 440:
      return facts.repeats < maxReplaced ? { kind: 'retry', reason: 'replaced' } : fail('replaced')
    case 500:
      if (!facts.isPaired) return fail('pairing_failed')
      return facts.repeats < maxBadSession ? { kind: 'retry', reason: 'reconnecting' } : fail('bad_session')
    case 503:
      return { kind: 'retry', reason: 'unavailable' }
    case 408:
      if (facts.areCodesUsedUp && !facts.isPaired) return fail('qr_expired')
      return lost(facts)
    default:
      return lost(facts)
  }
}

/** The code behind an ending; undefined when the reason is our own. */
export function codeOfCloseReason(closeReason: CloseReason): number | undefined {
  if (closeReason.kind === 'timeout') return 408
  return closeReason.kind === 'code' ? closeReason.code : undefined
}

/** What to do after any ending. */
export function judgeCloseReason(closeReason: CloseReason, facts: DisconnectFacts): Verdict {
  switch (closeReason.kind) {
    case 'fenced':
      return fail('replaced')
    case 'passkey':
      return fail('passkey_required')
    case 'deaf':
      return { kind: 'retry', reason: 'deaf' }
    case 'proxy':
      return { kind: 'retry', reason: 'proxy_unreachable' }
    case 'store_failed':
      return { kind: 'retry', reason: 'reconnecting' }
    case 'timeout':
      return judgeDisconnect(408, facts)
    case 'code':
      return judgeDisconnect(closeReason.code, facts)
  }
}

function lost(facts: DisconnectFacts): Verdict {
  return { kind: 'retry', reason: facts.wasWorking ? 'reconnecting' : 'unreachable' }
}

function fail(reason: StatusReason): Verdict {
  return { kind: 'fail', reason, erasesPairing: false }
}

const maxPauseMs = 300_000

/** Pause before the next try: doubles from `baseMs` to 5 minutes, with up to half of it taken off by chance. */
export function reconnectPauseMs(attempt: number, baseMs: number, random: number): number {
  const full = Math.min(maxPauseMs, baseMs * 2 ** Math.min(attempt, 20))
  return full * (1 - random / 2)
}
