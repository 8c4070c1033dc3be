// The tenant, its keys and what it uses. Scopes: settings:manage usage:read billing:read
import { MoltFlow } from 'moltflow'

const moltflow = new MoltFlow()

const settings = await moltflow.tenant.get()
console.log(`messages are kept for ${settings.message_retention_days} days`)
await moltflow.tenant.update({ message_retention_days: settings.message_retention_days })
const key = await moltflow.apiKeys.create({ name: 'Reporting', scopes: ['usage:read'] })
console.log(`made ${key.key_prefix}, ${(await moltflow.apiKeys.list()).length} keys`)
await moltflow.apiKeys.revoke(key.id)
console.log(`plans: ${(await moltflow.billing.plans.list()).plans.length}`)
console.log(`used: ${(await moltflow.usage.current()).messages_sent} messages`)
