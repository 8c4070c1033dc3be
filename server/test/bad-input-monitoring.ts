import type { Asker, BadRequest } from './bad-input-table.ts'

const row = (as: Asker, call: string, body: unknown, status: number, says: RegExp): BadRequest => ({
  as,
  call,
  status,
  says,
  ...(body === undefined ? {} : { body }),
})
const owner = (call: string, body: unknown, status: number, says: RegExp) =>
  row('owner', call, body, status, says)
const long = (length: number) => 'x'.repeat(length)
const nobody = '01990000-0000-7000-8000-000000000000'
const group = '120363012345678901@g.us'
const monitor = (change: Record<string, unknown>, status: number, says: RegExp) =>
  owner('POST /groups', { session_id: '{session}', wa_group_id: group, ...change }, status, says)
const keywords = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`)

/** Bad requests about monitored groups. */
export const badMonitoringRequests: readonly BadRequest[] = [
  row('nobody', 'GET /groups', undefined, 401, /auth|credential|key|token/i),
  row('sender', 'GET /groups', undefined, 403, /scope/i),
  row('reader', 'POST /groups', { session_id: '{session}', wa_group_id: group }, 403, /scope/i),
  row('reader', `DELETE /groups/${nobody}`, undefined, 403, /scope/i),
  owner('GET /groups?limit=0', undefined, 422, /^limit/),
  owner('GET /groups?limit=101', undefined, 422, /^limit/),
  owner('GET /groups?offset=-1', undefined, 422, /^offset/),
  owner('PUT /groups', {}, 405, /method/i),
  owner('POST /groups', {}, 422, /session_id|wa_group_id/),
  owner('POST /groups', '{"session_id": ', 400, /JSON/i),
  monitor({}, 400, /not connected/i),
  monitor({ session_id: '{foreignSession}' }, 404, /found/i),
  monitor({ session_id: nobody }, 404, /found/i),
  monitor({ session_id: 'desk' }, 422, /^session_id/),
  monitor({ wa_group_id: '15550123456@c.us' }, 422, /^wa_group_id/),
  monitor({ wa_group_id: '123456789@newsletter' }, 422, /^wa_group_id/),
  monitor({ wa_group_id: long(81) }, 422, /^wa_group_id/),
  monitor({ wa_group_id: null }, 422, /^wa_group_id/),
  monitor({ name: '' }, 422, /^name/),
  monitor({ name: long(256) }, 422, /^name/),
  monitor({ monitor_mode: 'none' }, 422, /^monitor_mode/),
  monitor({ monitor_mode: 'ALL' }, 422, /^monitor_mode/),
  monitor({ monitor_mode: 'keywords' }, 422, /^monitor_keywords/),
  monitor({ monitor_mode: 'keyword', keywords: [] }, 422, /^monitor_keywords/),
  monitor({ monitor_keywords: 'flat' }, 422, /^monitor_keywords/),
  monitor({ monitor_keywords: ['flat', 7] }, 422, /^monitor_keywords/),
  monitor({ monitor_keywords: ['  '] }, 422, /^monitor_keywords/),
  monitor({ monitor_keywords: ['\u200b\u0301'] }, 422, /^monitor_keywords/),
  monitor({ monitor_keywords: [long(101)] }, 422, /^monitor_keywords/),
  monitor({ monitor_keywords: keywords(501) }, 422, /^monitor_keywords/),
  monitor({ keywords: keywords(501) }, 422, /^keywords/),
  monitor({ monitor_prompt: long(4001) }, 422, /^monitor_prompt/),
  monitor({ auto_respond: 'yes' }, 422, /^auto_respond/),
  monitor({ response_template: '' }, 422, /^response_template/),
  monitor({ response_template: long(4097) }, 422, /^response_template/),
  monitor({ response_template: 'Hi {{surname}}' }, 422, /^response_template/),
  monitor({ auto_label_leads: true }, 422, /^lead_label_id/),
  monitor({ lead_label_id: 'vip' }, 422, /^lead_label_id/),
  monitor({ webhook_url: 'nonsense' }, 422, /^webhook_url/),
  monitor({ webhook_url: `https://example.com/${long(2048)}` }, 422, /^webhook_url/),
  monitor({ skip_admins: 1 }, 422, /^skip_admins/),
  monitor({ skip_existing_contacts: 'no' }, 422, /^skip_existing_contacts/),
  monitor({ is_active: null }, 422, /^is_active/),
  monitor({ auto_respond_interval_hours: 0 }, 422, /^auto_respond_interval_hours/),
  monitor({ auto_respond_interval_hours: 8761 }, 422, /^auto_respond_interval_hours/),
  monitor({ auto_respond_daily_cap: 1.5 }, 422, /^auto_respond_daily_cap/),
  monitor({ auto_respond_daily_cap: 1001 }, 422, /^auto_respond_daily_cap/),
  owner('GET /groups/available/desk', undefined, 404, /found/i),
  owner('GET /groups/available/{foreignSession}', undefined, 404, /found/i),
  owner('GET /groups/available/{session}', undefined, 400, /not connected/i),
  owner('GET /groups/available/{session}?monitored=maybe', undefined, 422, /^monitored/),
  owner(`GET /groups/${nobody}`, undefined, 404, /found/i),
  owner('GET /groups/nonsense', undefined, 404, /found/i),
  owner(`PATCH /groups/${nobody}`, { name: 'x' }, 404, /found/i),
  owner(`PATCH /groups/${nobody}`, { monitor_mode: 'none' }, 422, /^monitor_mode/),
  owner(`PATCH /groups/${nobody}`, { response_template: '{{x}}' }, 422, /^response_template/),
  owner(`PATCH /groups/${nobody}`, [], 422, /./),
  owner(`DELETE /groups/${nobody}`, undefined, 404, /found/i),
  owner(`GET /groups/${nobody}/messages`, undefined, 404, /found/i),
  owner(`GET /groups/${nobody}/messages?limit=101`, undefined, 422, /^limit/),
  owner(`GET /groups/${nobody}/messages?offset=x`, undefined, 422, /^offset/),
]
