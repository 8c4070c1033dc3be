import { type Json, until } from '../http.ts'
import { phones, type Stage } from './stage.ts'

const firstNames = 'Alice Bruno Clara Dmitri Esther Felix Greta Hugo Irene Jakob Karin Louis'.split(' ')
const lastNames = 'Ashby Bauer Costa Dufour'.split(' ')

/** People of the shop's newsletter; nobody of them has written yet. */
export const subscribers = firstNames.flatMap((first, row) =>
  lastNames.map((last, column) => ({
    phone: `14085550${100 + row * lastNames.length + column}`,
    name: `${first} ${last}`,
  })),
)

const regulars = [
  ['12125550107', 'Lena Voss'],
  ['447700900105', 'Priya Raman'],
  ['13055550122', 'Diego Herrera'],
  ['12125550106', 'Walter Grimes'],
  ['16175550132', 'Rafael Tavares'],
  ['12125550103', 'Maya Feldstein'],
]

async function makeLists({ owner }: Stage): Promise<{ regular: string; newsletter: string }> {
  const named = async (name: string, more: object) =>
    (await owner<{ id: string }>('POST', '/custom-groups', { name, ...more })).id
  const regular = await named('Regular customers', {
    description: 'Came back at least twice',
    members: regulars.map(([phone, name]) => ({ phone, name })),
  })
  const newsletter = await named('Newsletter', { description: 'From the form of the shop' })
  const known = [
    ['447700900108', 'Oliver Sandhurst'],
    ['447700900109', 'Beatrice Lund'],
    ['12125550110', 'Samuel Ortega-Price'],
    ['13055550124', 'Andrés Quiroga'],
    ['13055550125', 'Sofía Beltrán'],
    ['16175550133', 'Inês Carvalho'],
  ]
  const rows = [
    ...known.map(([phone, name]) => `+${phone},${name},shop`),
    ...subscribers.map(({ phone, name }) => `+${phone},${name},form`),
  ]
  const csv = `phone,name,source\n${rows.join('\n')}\n+14085550199,Nobody Home,form\n`
  await owner('POST', `/custom-groups/${newsletter}/import`, { csv })
  await named('Quiet for a day', {
    description: 'Wrote once, and not since',
    filter: { has_written: true, last_inbound_before: { days_ago: 1 } },
  })
  await named('Qualified leads', { filter: { lead_status: ['qualified'] } })
  return { regular, newsletter }
}

/** One campaign that ends soon, one that goes on, and one that was stopped before it began. */
async function makeCampaigns(
  { owner, simulator, sessions }: Stage,
  lists: { regular: string; newsletter: string },
) {
  const answers = [
    { phone: '13055550122', text: '¡Me apunto! ¿El martes?' },
    { phone: '16175550132', text: 'Pode ser na quinta?' },
    { phone: '12125550106', text: 'STOP' },
  ]
  for (const { phone, text } of answers) {
    const rules = [{ when: { text: 'check-up' }, answer: { text }, afterMs: 5000, typingMs: 1500, times: 1 }]
    await simulator('PUT', `/accounts/${phone}/script`, { rules })
  }
  const campaign = (session_id: string, custom_group_id: string, name: string, texts: object) =>
    owner('POST', '/bulk-send', { session_id, custom_group_id, name, ...texts })
  await campaign(sessions.desk, lists.regular, 'Spring check-up', {
    message_content:
      'Hello {{name|there}}, spring is near: the check-up of your bike is 29 instead of 39 until Friday.',
  })
  await campaign(sessions.shop, lists.newsletter, 'New helmets', {
    variants: [
      'Hi {{name|there}}, the new helmets are here, in four colours. Answer "helmet" and we put one aside.',
      'Hello {{name|there}}! Four colours, one light helmet: answer "helmet" to reserve yours.',
    ],
    message_content: 'The new helmets are here.',
  })
  const waiting = await campaign(sessions.desk, lists.newsletter, 'Autumn clear-out', {
    message_content: 'Everything in the yard at half price, {{name|neighbour}}. Saturday from nine.',
  })
  await owner('POST', `/bulk-send/${waiting['id']}/pause`)
}

async function makeSchedules({ owner, sessions }: Stage, lists: { regular: string }): Promise<void> {
  const schedule = (name: string, more: object) =>
    owner('POST', '/scheduled-messages', {
      name,
      session_id: sessions.desk,
      timezone: 'Europe/Lisbon',
      ...more,
    })
  await schedule('Opening hours on Monday', {
    custom_group_id: lists.regular,
    message_content: 'Good morning {{name|everybody}}, this week we are open until seven on Thursday.',
    schedule_type: 'weekly',
    cron_expression: '0 9 * * MON',
  })
  await schedule('Tour group: pay the rest', {
    chat_id: '447700900105@c.us',
    message_content: 'Hello Priya, the rest for the lighthouse round is due this week.',
    schedule_type: 'one_time',
    scheduled_time: new Date(Date.now() + 26 * 3_600_000).toISOString(),
  })
  await schedule('Rental reminder', {
    chat_id: '12125550103@c.us',
    message_content: 'Hello Maya, your cargo bike waits for you on Saturday at nine.',
    schedule_type: 'one_time',
    scheduled_time: new Date(Date.now() + 20_000).toISOString(),
  })
  await schedule('Month end stocktaking', {
    chat_id: '15550100104@c.us',
    message_content: 'Stocktaking tonight at six.',
    schedule_type: 'monthly',
    cron_expression: '0 16 28 * *',
  })
}

async function makeReports({ owner }: Stage): Promise<void> {
  const weekly = { schedule_type: 'cron', cron_expression: '0 8 * * MON', timezone: 'Europe/Lisbon' }
  await owner('POST', '/reports', { name: 'Monday at a glance', template_id: 'daily_activity', ...weekly })
  const once = { schedule_type: 'one_time', params: { period_days: 14 } }
  await owner('POST', '/reports', { name: 'The last two weeks', template_id: 'daily_activity', ...once })
  await owner('POST', '/reports', { name: 'Leads of the month', template_id: 'lead_pipeline', ...once })
}

async function makeChannel({ owner, simulator, sessions, receiverUrl }: Stage): Promise<void> {
  const channel = await owner<{ id: string; wa_channel_id: string }>('POST', '/channels', {
    session_id: sessions.desk,
    name: 'Harbour Cycles news',
    description: 'Rides, repairs and what is new in the yard',
  })
  const id = encodeURIComponent(channel.wa_channel_id)
  await simulator('POST', `/channels/${id}/settings`, { otherFollowers: 412 })
  for (const phone of ['447700900101', '13055550121', '16175550131', '17185550141'])
    await simulator('POST', `/channels/${id}/followers`, { phone })
  const posts = [
    { text: 'Saturday ride: 30 km along the coast, easy pace. We meet at nine.' },
    {
      text: 'The new gravel bikes are in the yard.',
      media_url: `${receiverUrl}/gravel.jpg`,
      media_type: 'image',
    },
    { text: 'Closed on Monday for the holiday. Tuesday from eight again.' },
  ]
  for (const post of posts) await owner('POST', `/channels/${channel.id}/broadcast`, post)
  const sent = await simulator<{ id: string; serverId?: string | number }[]>('GET', `/channels/${id}/posts`)
  for (const { id: post } of sent)
    for (const [phone, emoji] of [
      ['447700900101', '❤️'],
      ['13055550121', '👍'],
    ])
      await simulator('POST', `/channels/${id}/posts/${post}/reactions`, { phone, emoji })
  await owner('POST', `/channels/${channel.id}/sync-followers`)
}

/** Lists, segments, campaigns, schedules, reports and a channel. */
export async function reachOut(stage: Stage): Promise<void> {
  const lists = await makeLists(stage)
  await makeCampaigns(stage, lists)
  await makeSchedules(stage, lists)
  await makeReports(stage)
  await makeChannel(stage)
}

/** A rule of each kind, somebody who opted out, keys, and a program that does not get on with one event. */
export async function keepHouse({
  owner,
  simulator,
  receiverUrl,
  webhookSecret,
  sessions,
}: Stage): Promise<void> {
  await owner('PUT', '/opt-outs/12125550113')
  await owner('POST', '/antispam/rules', { pattern: 'act now|limited offer', action: 'delay' })
  await owner('POST', '/a2a-policy/rules', {
    pattern: '\\bguaranteed\\b',
    name: 'No promises',
    action: 'flag',
  })
  await owner('POST', '/api-keys', { name: 'Shop software', preset: 'messaging' })
  await owner('POST', '/api-keys', {
    name: 'Screen in the workshop',
    preset: 'read_only',
    expires_in_days: 90,
  })
  await simulator('POST', '/accounts/447700900101/status', { text: 'Picking up my new bike on Thursday!' })
  await owner('POST', '/status/send', { session_id: sessions.desk, message: 'Open until seven tonight.' })
  await owner('POST', '/webhooks', {
    name: 'Customer records',
    url: `${receiverUrl}/records`,
    events: ['lead.detected', 'lead.status_changed', 'bulk_send.completed'],
    secret: webhookSecret,
  })
}

/** Waits until an account is connected. */
export async function untilWorking(owner: Stage['owner'], id: string): Promise<void> {
  await until('the session to work', async () => {
    const { status } = await owner<Json>('GET', `/sessions/${id}`)
    return status === 'working' || undefined
  })
}

/** From tomorrow on the shop may write to strangers again. */
export async function lockShop(simulator: Stage['simulator']): Promise<void> {
  const until = new Date(Date.now() + 20 * 3_600_000).toISOString()
  await simulator('PUT', `/accounts/${phones.shop}/limits`, { reachOutLock: { until } })
}
