import type { Sql } from '../../../platform/database/database.ts'
import * as store from './outgoing.store.ts'

/** Removes messages again in the transaction that stored them: the quota or the budget has no room. */
export function removeRefused(sql: Sql, refused: readonly store.MessageKey[]): Promise<void> {
  return store.deletePending(sql, refused)
}

/** Frees an idempotency key whose time is over; false when it was not used before that timestamp. */
export function freeIdempotencyKey(sql: Sql, tenantId: string, key: string, before: Date): Promise<boolean> {
  return store.clearIdempotencyKey(sql, tenantId, key, before)
}

/** A message will not be sent; false when it moved on meanwhile. */
export function failMessage(sql: Sql, tenantId: string, id: string, error: string): Promise<boolean> {
  return store.updateToFailed(sql, tenantId, id, { from: 'pending', error })
}

/** Messages stored a moment ago wait for approval. */
export function holdMessages(sql: Sql, held: readonly store.MessageKey[]): Promise<void> {
  return store.updateToHeld(sql, held)
}

/** A message that waited for approval is to leave, with what it holds now; false when somebody decided meanwhile. */
export function approveHeld(sql: Sql, row: store.ApprovedMessage): Promise<boolean> {
  return store.updateToApproved(sql, row)
}

/** A message that waited for approval will not be sent; false when somebody decided meanwhile. */
export function failHeld(sql: Sql, tenantId: string, id: string, error: string): Promise<boolean> {
  return store.updateToFailed(sql, tenantId, id, { from: 'pending_approval', error })
}
