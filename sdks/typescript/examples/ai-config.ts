// What answers by itself, from which documents, at what cost. Scope: ai:manage
// Usage: MOLTFLOW_SESSION=<id> node ai-config.ts
import { MoltFlow } from 'moltflow'

const { MOLTFLOW_SESSION = '' } = process.env
const moltflow = new MoltFlow()

const replies = await moltflow.ai.autoReplies.get(MOLTFLOW_SESSION)
console.log(`automatic replies: ${replies.mode}`)
console.log(`documents: ${(await moltflow.ai.listKnowledge()).length}`)
console.log(`styles: ${(await moltflow.ai.style.list()).length}`)
const usage = await moltflow.ai.usage()
console.log(`tokens this month: ${JSON.stringify(usage.total)}`)
