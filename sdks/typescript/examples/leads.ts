// Through the new leads: into a list, and on in the pipeline. Scopes: leads:manage custom-groups:manage
import { MoltFlow } from 'moltflow'

const moltflow = new MoltFlow()

const list = await moltflow.customGroups.create({ name: `Interested ${Date.now()}` })
const ids: string[] = []
for await (const lead of moltflow.leads.list({ status: 'new' })) {
  console.log(`${lead.contact_name}: ${lead.lead_score}`)
  ids.push(lead.id)
  if (ids.length === 100) break
}
console.log(`${ids.length} new leads`)
if (ids.length > 0) {
  const { added } = await moltflow.leads.bulkAddToGroup({ lead_ids: ids, custom_group_id: list.id })
  const { updated } = await moltflow.leads.bulkStatus({ lead_ids: ids, status: 'contacted' })
  console.log(`${added} in the list, ${updated} contacted`)
}
