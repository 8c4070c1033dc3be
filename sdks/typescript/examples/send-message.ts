// A message to a phone that has written before. Scope: messages:send
// Usage: MOLTFLOW_SESSION=<id> MOLTFLOW_CHAT=15550100101@c.us node send-message.ts
import { ApiError, MoltFlow } from 'moltflow'

const { MOLTFLOW_SESSION = '', MOLTFLOW_CHAT = '' } = process.env
const moltflow = new MoltFlow()

try {
  const message = await moltflow.messages.send(
    { session_id: MOLTFLOW_SESSION, chat_id: MOLTFLOW_CHAT, message: 'Your parcel 4711 is on its way.' },
    // Run twice, sent once.
    { idempotencyKey: 'parcel-4711' },
  )
  console.log(`${message.id}: ${message.status}`)
} catch (error) {
  if (!(error instanceof ApiError)) throw error
  console.error(error.detail, error.requiredScopes, error.requestId)
  process.exitCode = 1
}
