import type { ConnectionState, NewChatMessageCapInfo, WASocket } from 'baileys'
import type { Logger } from 'pino'
import { codeOf } from '../library/ask.ts'
import type { Restriction, RestrictionUpdate } from './restrictions.ts'

/** Ack error of a message that would start one conversation too many (`NackReason` of WhatsApp Web). */
export const cappedCode = '475'

/** What the library reports of the reach-out time lock. */
export function readLock(lock: NonNullable<ConnectionState['reachoutTimeLock']>): RestrictionUpdate {
  return {
    kind: 'reach_out_locked',
    isActive: lock.isActive === true,
    until: lock.timeEnforcementEnds ?? null,
  }
}

/** What WhatsApp reports of how many new conversations may be started; warnings before the limit restrict nothing. */
export function readCapping(info: NewChatMessageCapInfo | null): RestrictionUpdate {
  const seconds = Number(info?.cycle_end_timestamp)
  return {
    kind: 'message_capped',
    isActive: info?.capping_status === 'CAPPED',
    until: Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000) : null,
  }
}

/** Asks WhatsApp how a restriction stands; undefined when it does not say, and for the lock, which the library reports. */
export async function fetchRestriction(
  socket: WASocket,
  kind: Restriction,
  log: Logger,
): Promise<RestrictionUpdate | undefined> {
  try {
    if (kind === 'message_capped') return readCapping(await socket.fetchNewChatMessageCap())
    await socket.fetchAccountReachoutTimelock()
  } catch (error) {
    // Nothing is known, so nothing changes; a restriction without an end is asked for again.
    log.debug({ code: codeOf(error) }, 'WhatsApp did not say how a restriction stands')
  }
  return undefined
}
