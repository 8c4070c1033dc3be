import { toTimestamp } from '../../../wire.ts'

/** A moment as the database gave it, for an answer. */
export function timestampOf(at: Date | string | null | undefined): string | null {
  return at === null || at === undefined ? null : toTimestamp(new Date(at))
}
