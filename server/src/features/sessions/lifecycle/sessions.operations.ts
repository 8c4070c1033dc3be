import { z } from 'zod'
import { requireChatId } from '../../../engine/ids.ts'
import { Answer, defineOperation, type Operation } from '../../../operation.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { deletedAnswer } from '../../../wire.ts'
import {
  changeSessionSettings,
  deleteSession,
  logoutSession,
  restartSession,
  startSession,
  stopSession,
} from './session-control.service.ts'
import { qrImage, qrJson, requestPairingCode } from './session-linking.ts'
import { getPresence, setPresence } from './session-presence.service.ts'
import {
  contactPresenceAnswer,
  createSessionBody,
  engineUnavailable,
  noCodeToScan,
  pairingCodeAnswer,
  pairingCodeBody,
  pairingRefused,
  presenceAnswer,
  presenceBody,
  qrAnswer,
  sessionChatParams,
  sessionNotWorking,
  sessionObject,
  sessionParams,
  sessionSettings,
  settingsAnswer,
} from './sessions.schema.ts'
import {
  configToWire,
  createSession,
  getSession,
  listTenantSessions,
  type SessionRow,
  sessionToWire,
} from './sessions.service.ts'

const list = defineOperation({
  id: 'sessions.list',
  method: 'GET',
  path: '/sessions',
  summary: 'List sessions',
  access: ['sessions:read'],
  success: { status: 200, schema: z.array(sessionObject) },
  run: async (ctx) => (await listTenantSessions(ctx)).map(sessionToWire),
})

const create = defineOperation({
  id: 'sessions.create',
  method: 'POST',
  path: '/sessions',
  summary: 'Create a session',
  access: ['sessions:manage'],
  gate: { limit: 'max_sessions' },
  body: createSessionBody,
  success: { status: 201, schema: sessionObject },
  run: async (ctx, input) => sessionToWire(await createSession(ctx, input.name)),
})

const get = defineOperation({
  id: 'sessions.get',
  method: 'GET',
  path: '/sessions/{id}',
  summary: 'Get a session',
  access: ['sessions:read'],
  params: sessionParams,
  success: { status: 200, schema: sessionObject },
  run: async (ctx, input) => sessionToWire(await getSession(ctx, input.id)),
})

const remove = defineOperation({
  id: 'sessions.delete',
  method: 'DELETE',
  path: '/sessions/{id}',
  summary: 'Delete a session with its chats and messages',
  access: ['sessions:manage'],
  params: sessionParams,
  success: { status: 200, schema: deletedAnswer },
  run: async (ctx, input) => {
    await deleteSession(ctx, input.id)
    return { status: 'deleted', id: input.id }
  },
})

/** Start, stop, restart and logout differ in nothing but what they do. */
function defineControl(
  verb: 'start' | 'stop' | 'restart' | 'logout',
  summary: string,
  control: (ctx: Parameters<typeof startSession>[0], id: string) => Promise<SessionRow>,
): Operation {
  return defineOperation({
    id: `sessions.${verb}`,
    method: 'POST',
    path: `/sessions/{id}/${verb}`,
    summary,
    access: ['sessions:manage'],
    params: sessionParams,
    success: { status: 200, schema: sessionObject },
    errors: [engineUnavailable],
    run: async (ctx, input) => sessionToWire(await control(ctx, input.id)),
  })
}

const qr = defineOperation({
  id: 'sessions.qr',
  method: 'GET',
  path: '/sessions/{id}/qr',
  summary: 'Get the QR code to scan, as an image or as JSON',
  access: ['sessions:read'],
  params: sessionParams,
  success: { status: 200, schema: qrAnswer, raw: 'image/png' },
  errors: [noCodeToScan],
  run: async (ctx, input) => {
    const session = await getSession(ctx, input.id)
    const body =
      input.accepts === 'application/json' ? await qrJson(ctx, session) : await qrImage(ctx, session)
    return new Answer(200, body, { 'cache-control': 'no-store' })
  },
})

const pairingCode = defineOperation({
  id: 'sessions.pairing_code',
  method: 'POST',
  path: '/sessions/{id}/pairing-code',
  summary: 'Get a code to type on the phone instead of scanning',
  access: ['sessions:manage'],
  params: sessionParams,
  body: pairingCodeBody,
  success: { status: 200, schema: pairingCodeAnswer },
  errors: [noCodeToScan, pairingRefused],
  run: (ctx, input) => requestPairingCode(ctx, input.id, input.phone),
})

const settings = defineOperation({
  id: 'sessions.update_settings',
  method: 'PATCH',
  path: '/sessions/{id}/settings',
  summary: 'Change the settings of a session',
  access: ['sessions:manage'],
  params: sessionParams,
  body: sessionSettings,
  success: { status: 200, schema: settingsAnswer },
  errors: [addressRefused],
  run: async (ctx, { id, auto_transcribe, reject_calls, proxy_url }) => {
    const row = await changeSessionSettings(ctx, id, { auto_transcribe, reject_calls, proxy_url })
    return { status: 'ok', config: configToWire(row.config) }
  },
})

const putPresence = defineOperation({
  id: 'sessions.set_presence',
  method: 'PUT',
  path: '/sessions/{id}/presence',
  summary: 'Show the account online or offline',
  access: ['sessions:manage'],
  params: sessionParams,
  body: presenceBody,
  success: { status: 200, schema: presenceAnswer },
  errors: [sessionNotWorking],
  run: async (ctx, input) => {
    await setPresence(ctx, input.id, input.presence)
    return { session_id: input.id, presence: input.presence }
  },
})

const contactPresence = defineOperation({
  id: 'sessions.get_presence',
  method: 'GET',
  path: '/sessions/{id}/presence/{chat_id}',
  summary: 'Get the presence of a contact',
  access: ['sessions:read'],
  params: sessionChatParams,
  success: { status: 200, schema: contactPresenceAnswer },
  errors: [sessionNotWorking],
  run: (ctx, input) => getPresence(ctx, input.id, requireChatId(input.chat_id)),
})

/** Everything a caller may do with sessions; the event stream is among the messages. */
export const sessionOperations: readonly Operation[] = [
  list,
  create,
  get,
  remove,
  defineControl('start', 'Start a session', startSession),
  defineControl('stop', 'Stop a session, keeping the pairing', stopSession),
  defineControl('restart', 'Restart a session', restartSession),
  defineControl('logout', 'Unlink the account and erase the pairing', logoutSession),
  qr,
  pairingCode,
  settings,
  putPresence,
  contactPresence,
]
