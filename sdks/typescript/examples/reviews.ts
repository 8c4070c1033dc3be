// What people say well of you. Scope: reviews:manage
// Usage: MOLTFLOW_SESSION=<id> node reviews.ts
import { MoltFlow } from 'moltflow'

const { MOLTFLOW_SESSION = '' } = process.env
const moltflow = new MoltFlow()

const collector = await moltflow.reviews.collectors.create({
  session_id: MOLTFLOW_SESSION,
  name: 'Happy customers',
  source_type: 'chats',
  languages: ['en'],
})
await moltflow.reviews.collectors.run(collector.id)
for await (const review of moltflow.reviews.list({ min_score: 0.5 })) {
  await moltflow.reviews.update(review.id, { is_approved: true })
}
const { total, approved } = await moltflow.reviews.stats()
console.log(`${total} reviews, ${approved} approved`)
await moltflow.reviews.collectors.delete(collector.id)
