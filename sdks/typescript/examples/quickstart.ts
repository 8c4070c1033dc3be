// Sessions, chats, an answer, usage. Scopes: sessions:read messages:send messages:read usage:read
import { MoltFlow } from 'moltflow'

const moltflow = new MoltFlow()

const sessions = await moltflow.sessions.list()
const session = sessions.find(({ status }) => status === 'working')
if (session === undefined) throw new Error('link a WhatsApp account first')
console.log(`${session.name} is linked`)

// People who wrote: to answer them is never a cold contact. The tenant has to allow access to chats.
for await (const chat of moltflow.messages.listChats(session.id, { is_group: false })) {
  const message = await moltflow.messages.send({
    session_id: session.id,
    chat_id: chat.wa_chat_id,
    message: 'Thank you for writing. We will be with you shortly.',
  })
  console.log(`answered: ${message.status}`)
  break
}

const usage = await moltflow.usage.current()
console.log(`messages sent this month: ${usage.messages_sent}`)
