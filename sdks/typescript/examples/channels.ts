// A channel and its first post. Scopes: channels:manage
// Usage: MOLTFLOW_SESSION=<id> node channels.ts
import { MoltFlow } from 'moltflow'

const { MOLTFLOW_SESSION = '' } = process.env
const moltflow = new MoltFlow()

const channel = await moltflow.channels.create({ session_id: MOLTFLOW_SESSION, name: 'Harbour news' })
const post = await moltflow.channels.broadcast(channel.id, { text: 'The ferry leaves at nine tomorrow.' })
console.log(`${channel.name}: ${post.status}`)
for await (const one of moltflow.channels.posts(channel.id)) console.log(one.status)
await moltflow.channels.delete(channel.id)
