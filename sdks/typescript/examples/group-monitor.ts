// Listens to a group for people who look for something. Scope: groups:manage
// Usage: MOLTFLOW_SESSION=<id> node group-monitor.ts
import { MoltFlow } from 'moltflow'

const { MOLTFLOW_SESSION = '' } = process.env
const moltflow = new MoltFlow()

const { items } = await moltflow.groups.available(MOLTFLOW_SESSION)
const [first] = items
if (first === undefined) throw new Error('the account is in no group')
const group = await moltflow.groups.monitor({
  session_id: MOLTFLOW_SESSION,
  wa_group_id: first.wa_group_id,
  monitor_mode: 'keywords',
  monitor_keywords: ['looking for', 'recommend'],
})
console.log(`listens to ${group.name}`)
for await (const message of moltflow.groups.messages(group.id, { limit: 20 })) console.log(message.id)
await moltflow.groups.delete(group.id)
