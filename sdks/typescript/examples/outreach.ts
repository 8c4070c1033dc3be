// A list, a campaign and a schedule. Scopes: custom-groups:manage bulk-send:manage scheduled:manage
// Usage: MOLTFLOW_SESSION=<id> MOLTFLOW_CHAT=15550100101@c.us node outreach.ts
import { MoltFlow } from 'moltflow'

const { MOLTFLOW_SESSION = '', MOLTFLOW_CHAT = '' } = process.env
const moltflow = new MoltFlow()

const list = await moltflow.customGroups.create({
  name: `Customers ${Date.now()}`,
  members: [{ phone: MOLTFLOW_CHAT.replace('@c.us', ''), name: 'Ada' }],
})
console.log(`${list.name}: ${list.member_count}`)

const job = await moltflow.bulkSend.create({
  session_id: MOLTFLOW_SESSION,
  custom_group_id: list.id,
  message_content: 'Hello {{name|there}}, we are open on Sunday.',
})
for await (const { data } of moltflow.bulkSend.progress(job.id)) {
  console.log(`${data.status}: ${data.sent} of ${data.total}`)
  break
}
console.log((await moltflow.bulkSend.cancel(job.id)).status)

const schedule = await moltflow.scheduled.create({
  name: 'Monday update',
  session_id: MOLTFLOW_SESSION,
  chat_id: MOLTFLOW_CHAT,
  message_content: 'Good morning, this is what is new.',
  schedule_type: 'weekly',
  cron_expression: '0 9 * * MON',
  timezone: 'America/New_York',
})
console.log(`next: ${schedule.next_run_at}`)
await moltflow.scheduled.cancel(schedule.id)
await moltflow.scheduled.delete(schedule.id)
