import { z } from 'zod'
import { type DisconnectCause, type SessionStatus, type StatusReason, statusReasons } from '../../engine/states.ts'
import { defineError } from '../../platform/errors.ts'
import { defineEvent } from '../../platform/events.ts'

/** One step of a session's state machine, told once per transition. */
export interface SessionTransition {
  tenantId: string
  sessionId: string
  name: string
  status: SessionStatus
  previousStatus: SessionStatus
  /** Digits of the paired account; null before pairing and after logout. */
  phoneNumber: string | null
  /** Why the session is in this state, from the engine's closed list. */
  statusReason: StatusReason | null
  /** Why it left `working`: set exactly on those transitions; `reason` in webhook payloads. */
  cause: DisconnectCause | null
}

/** Every transition (contract: "every transition emits session.status"). */
export const sessionStatusChanged = defineEvent<SessionTransition>('session.status')
/** Published beside `session.status` when the session entered `working`. */
export const sessionConnected = defineEvent<SessionTransition>('session.connected')
/** Published beside `session.status` when the session left `working`; `cause` says why. */
export const sessionDisconnected = defineEvent<SessionTransition>('session.disconnected')
/** The connection moved on or gained a reason without a change of status; live streams only, no webhook. */
export const connectionUpdated = defineEvent<SessionTransition>('connection.update')
/** The session and everything it owned is gone; ends its live streams, and others clean up after it. */
export const sessionDeleted = defineEvent<{ tenantId: string; sessionId: string }>('session.deleted')

export const sessionNotWorking = defineError('session_not_working', 400, 'The session is not connected to WhatsApp')
export const noCodeToScan = defineError('session_not_in_qr_code', 400, 'The session is not waiting for a code to be scanned')
export const engineUnavailable = defineError('engine_unavailable', 500, 'The WhatsApp engine could not be reached')
export const pairingRefused = defineError('pairing_refused', 400, 'WhatsApp did not give a pairing code')

/** Path parameter of everything below one session. */
export const sessionParams = z.object({ id: z.string() })

/** The session's own settings; unknown keys are refused so that a typo is not silently without effect. */
export const sessionSettings = z.strictObject({ auto_transcribe: z.boolean().optional() })

export const createSessionBody = z.object({ name: z.string().trim().min(1).max(255) })

export const presenceBody = z.object({ presence: z.enum(['online', 'offline']) })

export const pairingCodeBody = z.object({ phone: z.string().min(1).max(40) })

const timestamp = z.string().nullable()

/** The session object of the contract, with the reason and its sentence as additive keys. */
export const sessionObject = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['stopped', 'starting', 'qr_code', 'working', 'failed']),
  phone_number: z.string().nullable(),
  is_business: z.boolean(),
  created_at: z.string(),
  config: z.object({ auto_transcribe: z.boolean() }),
  last_connected_at: timestamp,
  last_error: z.string().nullable(),
  updated_at: z.string(),
  status_reason: z.enum(Object.keys(statusReasons) as [StatusReason, ...StatusReason[]]).nullable(),
  status_detail: z.string().nullable(),
  status_until: timestamp,
})

/** A session on the wire. */
export type SessionObject = z.infer<typeof sessionObject>
