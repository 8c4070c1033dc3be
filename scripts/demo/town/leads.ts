import { type Call, type Json, until } from '../http.ts'
import { draw } from './files.ts'
import { phones, type Stage, sayInGroup } from './stage.ts'

/** People of the groups who have not written to the desk. */
export const members = [
  { phone: '447700900171', name: 'Fiona Marsh' },
  { phone: '447700900172', name: 'Callum Reid' },
  { phone: '12125550173', name: 'Theo Nakamura' },
  { phone: '12125550174', name: 'Wanda Kowalczyk' },
  { phone: '13055550175', name: 'Elena Vidal' },
  { phone: '13055550176', name: 'Pablo Cuesta' },
  { phone: '13055550177', name: 'Marta Solís' },
  { phone: '16175550178', name: 'Caio Brandão' },
  { phone: '16175550179', name: 'Lívia Prado' },
  { phone: '17185550180', name: 'עומר שגב' },
  { phone: '14155550181', name: '周敏' },
  { phone: '447700900182', name: 'Rosalind Ames' },
  { phone: '12125550183', name: 'Desmond Clarke' },
  { phone: '13055550184', name: 'Julia Escobar' },
] as const

type Member = (typeof members)[number]['name']

function phoneOf(name: Member): string {
  return members.find((member) => member.name === name)?.phone ?? ''
}

/** Groups beside those of the live talk, with who is in them. */
export const towns: readonly { subject: string; owner: Member; members: readonly Member[] }[] = [
  {
    subject: 'Cycling in town',
    owner: 'Callum Reid',
    members: ['Fiona Marsh', 'Theo Nakamura', 'Wanda Kowalczyk', 'Caio Brandão', 'Desmond Clarke', '周敏'],
  },
  {
    subject: 'Ciclistas del barrio',
    owner: 'Pablo Cuesta',
    members: ['Elena Vidal', 'Marta Solís', 'Julia Escobar'],
  },
  {
    subject: 'Used bikes and parts',
    owner: 'Theo Nakamura',
    members: ['Fiona Marsh', 'Rosalind Ames', 'Lívia Prado', 'עומר שגב'],
  },
]

const talk: readonly (readonly [group: 0 | 1 | 2, from: Member, text: string])[] = [
  [0, 'Callum Reid', 'Morning all. The path along the canal is open again.'],
  [0, 'Fiona Marsh', 'I am looking for a workshop that repairs hydraulic brakes, today if possible'],
  [0, 'Theo Nakamura', 'Mine were done at the harbour last week, fair price'],
  [0, 'Wanda Kowalczyk', 'What does a full service cost there? I need one before the tour'],
  [1, 'Pablo Cuesta', 'Buenas, este domingo salimos a las nueve desde la plaza.'],
  [1, 'Elena Vidal', 'Busco un taller de confianza para una bici eléctrica'],
  [1, 'Julia Escobar', 'Yo también busco taller, pero cerca del mercado'],
  [2, 'Theo Nakamura', 'Selling a steel frame, size 54, photo below.'],
  [2, 'Rosalind Ames', 'Looking to buy a child seat, used is fine. What would it cost?'],
  [2, 'Lívia Prado', 'Alguém vende um selim confortável?'],
  [0, 'Callum Reid', 'Careful at the station, there is glass on the bike lane.'],
  [0, '周敏', '请问哪里可以 rent 一辆货运自行车？'],
  [0, 'Caio Brandão', 'Does anybody rent cargo bikes? I want to buy one, but try it first'],
  [2, 'עומר שגב', 'מחפש גלגל אחורי 28 אינץ׳, במצב טוב'],
  [0, 'Desmond Clarke', 'Who repairs e-bikes around here? Mine stopped on the hill, it is urgent'],
  [1, 'Marta Solís', '¿Cuánto cuesta una revisión completa? Necesito presupuesto para dos bicis'],
  [0, 'Fiona Marsh', 'Thanks for the warning'],
]

const dayMs = 86_400_000

/** What was said in the groups before the desk was linked. */
export function groupHistories(groups: ReadonlyMap<string, string>, nowMs: number): object[] {
  return [...groups].map(([subject, id]) => {
    const town = towns.find((one) => one.subject === subject)
    const from = town === undefined ? '15550100102' : phoneOf(town.owner)
    const said = (text: string, days: number) => ({
      at: new Date(nowMs - days * dayMs).toISOString(),
      from,
      text,
    })
    return {
      with: id,
      name: subject,
      messages: [said('Welcome to whoever is new here.', 9), said('Please keep it friendly.', 8.9)],
    }
  })
}

/** Makes the groups; answers their ids by subject, those of others with them. */
export async function makeGroups(simulator: Call): Promise<Map<string, string>> {
  for (const { subject, owner, members: inside } of towns) {
    const group = { subject, owner: phoneOf(owner), members: [phones.desk, ...inside.map(phoneOf)] }
    await simulator('POST', '/groups', group)
  }
  return readGroups(simulator)
}

/** All groups of the simulator, by subject. */
export async function readGroups(simulator: Call): Promise<Map<string, string>> {
  const { groups } = await simulator<{ groups: { id: string; subject: string }[] }>('GET', '/state')
  return new Map(groups.map(({ id, subject }) => [subject, id]))
}

async function monitor(
  { owner, sessions, groups }: Stage,
  subject: string,
  settings: object,
): Promise<string> {
  const wa_group_id = groups.get(subject)
  const { id } = await owner<{ id: string }>('POST', '/groups', {
    session_id: sessions.desk,
    wa_group_id,
    ...settings,
  })
  return id
}

interface Lead extends Json {
  id: string
  phone: string | null
}

/** Moves leads along: the newest stay as they came. */
async function moveLeads({ owner }: Stage): Promise<void> {
  const leads = await until('the leads', async () => {
    const found = (await owner<{ leads: Lead[] }>('GET', '/leads')).leads
    return found.length >= 10 ? found : undefined
  })
  const stages = [
    ['contacted', 'qualified', 'converted'],
    ['contacted', 'qualified'],
    ['contacted'],
    ['lost'],
    ['contacted', 'qualified'],
    ['contacted'],
    ['contacted', 'converted'],
  ]
  const oldest = leads.toReversed()
  for (const [index, steps] of stages.entries()) {
    const lead = oldest[index]
    if (lead === undefined) continue
    for (const status of steps) await owner('PATCH', `/leads/${lead.id}/status`, { status })
  }
  await owner('PATCH', `/leads/${oldest[1]?.id}`, {
    notes: 'Wants both bikes serviced before the tour in May',
  })
}

/** Groups are listened to, people in them show interest, and what is answered by itself waits for a person. */
export async function makeLeads(stage: Stage): Promise<void> {
  await stage.owner('PATCH', '/tenant/settings', { require_approval: true })
  await monitor(stage, 'Cycling in town', {
    monitor_mode: 'keywords',
    monitor_keywords: ['looking for', 'workshop', 'repair', 'service', 'rent'],
    auto_respond: true,
    response_template: 'Hi {{name|there}}, we read your question in the group. May we help?',
    auto_respond_daily_cap: 1,
  })
  await monitor(stage, 'Ciclistas del barrio', {
    monitor_mode: 'keywords',
    monitor_keywords: ['busco', 'taller', 'revisión', 'presupuesto'],
  })
  await monitor(stage, 'Used bikes and parts', { monitor_mode: 'first_message', skip_admins: true })
  for (const [group, from, text] of talk)
    await sayInGroup(stage, towns[group]?.subject ?? '', phoneOf(from), { text })
  await sayInGroup(stage, 'Used bikes and parts', phoneOf('Theo Nakamura'), { media: await draw('teal') })
  await moveLeads(stage)
}
