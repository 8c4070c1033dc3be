import { z } from 'zod'
import {
  type DisconnectCause,
  type SessionStatus,
  type StatusReason,
  statusReasons,
} from '../../../engine/states.ts'
import { defineError } from '../../../platform/errors.ts'
import { parseProxyUrl } from '../../../platform/outgoing/proxy.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { idParams, timestampOutput, uuidField } from '../../../wire.ts'

/** One step of a session's state machine, published once per transition. */
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
  /** Technical detail, never a phone number or a key. */
  error: string | null
  /** ISO 8601; when a temporary reason ends. */
  until: string | null
  /** Why it left `working`: set exactly on those transitions; `reason` in webhook payloads. */
  cause: DisconnectCause | null
}

const statuses = ['stopped', 'starting', 'qr_code', 'working', 'failed'] as const
const statusReason = z.enum(Object.keys(statusReasons) as [StatusReason, ...StatusReason[]])

const transitionData = z
  .object({
    session_id: z.string(),
    name: z.string(),
    status: z.enum(statuses),
    previous_status: z.enum(statuses),
    phone_number: z.string().nullable().meta({ description: 'Digits; null before pairing and after logout' }),
    reason: z
      .enum(['stop', 'restart', 'logout', 'lost', 'failed'])
      .nullable()
      .meta({ description: 'Why the session left `working`' }),
    status_reason: statusReason.nullable(),
  })
  .meta({ id: 'SessionTransitionData' })

const transitionExample: SessionTransition = {
  tenantId: exampleValues.id,
  sessionId: exampleValues.id,
  name: 'Front desk',
  status: 'working',
  previousStatus: 'starting',
  phoneNumber: '15550123456',
  statusReason: null,
  error: null,
  until: null,
  cause: null,
}

function defineTransition(event: {
  name: string
  description: string
  change: Partial<SessionTransition>
  sessionStream?: readonly (keyof z.input<typeof transitionData> | 'timestamp')[]
}) {
  const { name, description, change, sessionStream } = event
  return definePublicEvent({
    name,
    scope: 'sessions:read',
    description,
    data: transitionData,
    toWire: (transition: SessionTransition) => ({
      session_id: transition.sessionId,
      name: transition.name,
      status: transition.status,
      previous_status: transition.previousStatus,
      phone_number: transition.phoneNumber,
      reason: transition.cause,
      status_reason: transition.statusReason,
    }),
    example: { ...transitionExample, ...change },
    subscribers: { webhooks: true, ...(sessionStream === undefined ? {} : { sessionStream }) },
  })
}

const connectionStates = {
  working: 'open',
  stopped: 'closed',
  failed: 'closed',
  qr_code: 'linking',
  starting: 'connecting',
} as const

function connectionStateOf({ status, statusReason: reason }: SessionTransition) {
  const isLost = status === 'starting' && reason !== null
  return isLost ? ('reconnecting' as const) : connectionStates[status]
}

/** Every transition (contract: "every transition emits session.status"). */
export const sessionStatusChanged = defineTransition({
  name: 'session.status',
  description: 'The status of a session changed, or its reason.',
  change: { status: 'qr_code', previousStatus: 'starting' },
  sessionStream: ['session_id', 'status', 'previous_status', 'status_reason', 'timestamp'],
})
/** Published beside `session.status` when the session entered `working`. */
export const sessionConnected = defineTransition({
  name: 'session.connected',
  description: 'A session is connected to WhatsApp.',
  change: { status: 'working', previousStatus: 'starting' },
})
/** Published beside `session.status` when the session left `working`; `cause` says why. */
export const sessionDisconnected = defineTransition({
  name: 'session.disconnected',
  description: 'A session is no longer connected to WhatsApp; `reason` says why.',
  change: { status: 'starting', previousStatus: 'working', cause: 'lost', statusReason: 'reconnecting' },
})
/** The connection moved on or gained a reason without a change of status; live streams only, no webhook. */
export const connectionUpdated = definePublicEvent({
  name: 'connection.update',
  scope: 'sessions:read',
  description: 'The connection of a session moved on, or gained a reason, without a change of status.',
  data: z.object({
    session_id: z.string(),
    state: z.enum(['open', 'closed', 'linking', 'connecting', 'reconnecting']),
    reason: statusReason.nullable(),
  }),
  toWire: (transition: SessionTransition) => ({
    session_id: transition.sessionId,
    state: connectionStateOf(transition),
    reason: transition.statusReason,
  }),
  example: { ...transitionExample, status: 'starting', statusReason: 'reconnecting' },
  subscribers: { sessionStream: ['session_id', 'state', 'reason', 'timestamp'] },
})
/** The session and everything it owned is gone; ends its live streams, and others clean up after it. */
export const sessionDeleted = definePublicEvent({
  name: 'session.deleted',
  scope: 'sessions:read',
  description: 'A session was deleted, with everything it owned.',
  data: z.object({ session_id: z.string() }),
  toWire: (session: { tenantId: string; sessionId: string }) => ({ session_id: session.sessionId }),
  example: { tenantId: exampleValues.id, sessionId: exampleValues.id },
  subscribers: {},
})
/** What WhatsApp does not let an account do changed: read the session's limits again. */
export const sessionLimitsChanged = definePublicEvent({
  name: 'session.limits_changed',
  scope: 'sessions:read',
  description: 'WhatsApp limits a session, or no longer: `limits` of the session are others.',
  data: z.object({ session_id: z.string() }),
  toWire: (session: { tenantId: string; sessionId: string }) => ({ session_id: session.sessionId }),
  example: { tenantId: exampleValues.id, sessionId: exampleValues.id },
  subscribers: {},
})

/** Refusals of this feature. */
export const sessionNotWorking = defineError(
  'session_not_working',
  400,
  'The session is not connected to WhatsApp',
)
export const noCodeToScan = defineError(
  'session_not_in_qr_code',
  400,
  'The session is not waiting for a code to be scanned',
)
export const engineUnavailable = defineError(
  'engine_unavailable',
  500,
  'The WhatsApp engine could not be reached',
)
export const pairingRefused = defineError('pairing_refused', 400, 'WhatsApp did not give a pairing code')

/** Path parameters of everything below one session. */
export const sessionParams = idParams

/** Path parameters of one chat of a session. */
export const sessionChatParams = z.object({
  id: uuidField,
  chat_id: z
    .string()
    .min(1)
    .max(60)
    .meta({ examples: ['15550100101@c.us'] }),
})

/** The session's own settings; unknown keys are refused so that a typo is not silently without effect. */
export const sessionSettings = z.strictObject({
  auto_transcribe: z.boolean().optional(),
  reject_calls: z
    .boolean()
    .optional()
    .meta({ description: 'Calls are turned down at once', examples: [false] }),
  proxy_url: z
    .string()
    .max(2048)
    .refine((text) => parseProxyUrl(text) !== undefined, 'must be an http, https or socks5 URL')
    .nullable()
    .optional()
    .meta({
      description: 'The session connects to WhatsApp through it; null for none. Never shown with credentials',
    }),
})

/** A change of a session's settings. */
export type SettingsChange = z.output<typeof sessionSettings>

/** All settings of a session as the API shows them. */
const sessionConfig = z.object({
  auto_transcribe: z.boolean(),
  reject_calls: z.boolean(),
  proxy_url: z.string().nullable().meta({ description: 'Without credentials' }),
})

/** Settings on the wire. */
export type SessionConfigObject = z.infer<typeof sessionConfig>

/** What a new session needs. */
export const createSessionBody = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .meta({ examples: ['Front desk'] }),
})

/** How the account shows itself. */
export const presenceBody = z.object({ presence: z.enum(['online', 'offline']) })

/** The phone that will type the code. */
export const pairingCodeBody = z.object({
  phone: z
    .string()
    .min(1)
    .max(40)
    .meta({ examples: ['+15550100100'] }),
})

const timestamp = timestampOutput.nullable()

/** The session object of the contract, with the reason and its sentence as additive keys. */
export const sessionObject = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.enum(statuses),
    phone_number: z.string().nullable(),
    is_business: z.boolean(),
    created_at: timestampOutput,
    config: sessionConfig,
    last_connected_at: timestamp,
    last_error: z.string().nullable(),
    updated_at: timestampOutput,
    status_reason: statusReason.nullable(),
    status_detail: z.string().nullable(),
    status_until: timestamp,
    qr_attempt: z
      .object({ number: z.int(), of: z.int().nullable() })
      .nullable()
      .meta({ description: 'Which code waits to be scanned, and after how many linking has to begin anew' }),
    limits: z
      .object({
        reach_out_locked_until: timestamp,
        is_message_capped: z.boolean(),
        message_cap_until: timestamp,
      })
      .meta({ description: 'What WhatsApp does not let the account do right now' }),
  })
  .meta({ id: 'Session', description: 'One WhatsApp account' })

/** A session on the wire. */
export type SessionObject = z.infer<typeof sessionObject>

/** The answer to a change of settings: all of them. */
export const settingsAnswer = z.object({
  status: z.literal('ok'),
  config: sessionConfig,
})

/** A code to scan, as JSON. */
export const qrAnswer = z.object({
  session_id: z.string(),
  qr: z.string().meta({ description: 'The image as a data URL' }),
  code: z.string().meta({ description: 'The text of the code' }),
  expires_at: timestampOutput,
})

/** A code to type on the phone. */
export const pairingCodeAnswer = z.object({ code: z.string(), expires_at: timestampOutput })

/** How the account shows itself now. */
export const presenceAnswer = z.object({ session_id: z.string(), presence: z.enum(['online', 'offline']) })

/** What is known of a contact's presence. */
export const contactPresenceAnswer = z.object({
  chat_id: z.string(),
  presence: z.enum(['online', 'offline', 'typing', 'recording', 'unknown']),
  last_seen_at: timestamp,
})
