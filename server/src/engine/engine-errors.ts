import { defineError } from '../platform/errors.ts'

export const sessionRunsElsewhere = defineError(
  'session_runs_elsewhere',
  503,
  'The session is running in another process; try again in a moment',
)
export const sessionNotConnected = defineError(
  'session_not_connected',
  400,
  'The session is not connected to WhatsApp',
)
export const sessionNotLinking = defineError(
  'session_not_linking',
  400,
  'The session is not waiting to be linked',
)
export const notBuiltYet = defineError('not_built_yet', 500, 'This part of the engine is not built yet')
export const engineClosed = defineError('engine_closed', 503, 'The server is shutting down')
