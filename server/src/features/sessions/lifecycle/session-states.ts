import type { StateChange } from '../../../engine/events.ts'
import type { DisconnectCause, StatusReason } from '../../../engine/states.ts'
import type { SessionTransition } from './sessions.schema.ts'
import type { SessionRow } from './sessions.tables.ts'

/** Why a session that was working no longer is, when the engine (after a crash) could not say. */
function causeOf(change: StateChange): DisconnectCause {
  if (change.cause !== null) return change.cause
  if (change.status === 'failed') return 'failed'
  return change.status === 'stopped' ? 'stop' : 'lost'
}

/** Whether WhatsApp lets the account start no new conversations: locked, or its number of them is used up. */
const isRestriction = (reason: StatusReason | null): boolean =>
  reason === 'reach_out_locked' || reason === 'message_capped'

/** What the row becomes. The stored status decides what was before: it is what was published last. */
export function nextColumns(row: SessionRow, change: StateChange, now: Date): Partial<SessionRow> {
  const next: Partial<SessionRow> = {
    status: change.status,
    statusReason: change.reason,
    statusUntil: change.until,
    qrAttempt: change.status === 'qr_code' ? (change.qrAttempt ?? null) : null,
    qrAttempts: change.status === 'qr_code' ? (change.qrAttempts ?? null) : null,
    updatedAt: now,
  }
  if (change.status === 'working') {
    next.lastConnectedAt = row.status === 'working' ? row.lastConnectedAt : now
    next.pairedAt = row.pairedAt ?? now
    next.phoneNumber = change.phoneNumber ?? row.phoneNumber
    next.isBusiness = change.isBusiness
    next.lastError = change.error
  } else {
    if (change.error !== null) next.lastError = change.error
    if (change.cause === 'logout' || change.reason === 'logged_out' || change.reason === 'banned') {
      next.phoneNumber = null
      next.isBusiness = false
    }
  }
  // Whoever saw the refusal may know an end where WhatsApp names none.
  if (isRestriction(change.reason)) next.reachOutLockedUntil = change.until ?? row.reachOutLockedUntil
  // WhatsApp took it back, perhaps before the end it had named.
  else if (change.status === 'working' && isRestriction(row.statusReason)) next.reachOutLockedUntil = null
  if (hasGivenUp(change)) next.desiredState = 'stopped'
  return next
}

/**
 * The engine gave up: coming back after a restart of the process would only repeat the failure. Not so with another
 * installation key: that is a mistake of whoever started the process, and the next start may have the right one.
 */
function hasGivenUp({ status, reason }: StateChange): boolean {
  return status === 'failed' && reason !== 'key_mismatch'
}

/** The change as it is published. */
export function transitionOf(before: SessionRow, after: SessionRow, change: StateChange): SessionTransition {
  const leftWorking = before.status === 'working' && after.status !== 'working'
  return {
    tenantId: after.tenantId,
    sessionId: after.id,
    name: after.name,
    status: after.status,
    previousStatus: before.status,
    phoneNumber: after.phoneNumber ?? before.phoneNumber,
    statusReason: after.statusReason,
    error: change.error,
    until: after.statusUntil?.toISOString() ?? null,
    cause: leftWorking ? causeOf(change) : null,
  }
}
