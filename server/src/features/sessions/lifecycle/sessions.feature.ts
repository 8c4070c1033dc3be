import type { Feature } from '../../../feature.ts'
import { chatPresence, sessionUpdated } from './session-changes.schema.ts'
import { keepResuming, settleAbandoned, stopResuming } from './session-resume.ts'
import { sessionOperations } from './sessions.operations.ts'
import {
  connectionUpdated,
  sessionConnected,
  sessionDeleted,
  sessionDisconnected,
  sessionLimitsChanged,
  sessionStatusChanged,
} from './sessions.schema.ts'

/** WhatsApp accounts: pairing, control, settings, presence. */
export const sessionsFeature: Feature = {
  name: 'sessions',
  operations: sessionOperations,
  start: settleAbandoned,
  resume: keepResuming,
  stop: stopResuming,
  publishes: [
    sessionConnected,
    sessionDisconnected,
    connectionUpdated,
    sessionStatusChanged,
    sessionDeleted,
    sessionLimitsChanged,
    sessionUpdated,
    chatPresence,
  ],
}
