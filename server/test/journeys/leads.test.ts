import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createSimulator, type Simulator } from '@moltflow/simulator'
import { ApiClient, fetchDoor } from '../api-client.ts'
import { databaseEnvironment } from '../process-database.ts'
import { type ServerProcess, startServer, temporaryDirectory } from '../processes.ts'
import { openWebhookReceiver, type WebhookReceiver } from '../webhook-receiver.ts'

// Thirty people in five groups, six languages; the product is a process of its own and is asked over HTTP alone.

const apiKey = `mf_${'leadsway'.repeat(5)}`
const ourPhone = '4915550200000'
const phoneOf = (person: number) => String(4_915_550_200_000 + person)
const nameOf = (person: number) => `Person ${person}`
const directChatOf = (person: number) => `${phoneOf(person)}@c.us`
const waitMs = 15_000

/** A sentence that somebody says in a group. */
interface Line {
  group: string
  person: number
  text: string
  /** The keyword that is to be found in it; null where the mode alone captures it; undefined where nothing does. */
  captured?: string | null
  mentions?: number[]
}

/** Whose number 0 is: the account that listens. */
const us = 0

const groupSettings: Record<string, Record<string, unknown>> = {
  neighbours: {
    monitor_keywords: ['flat', 'looking for', 'habitación', 'Wohnung'],
    keyword_match: 'word',
    auto_respond: true,
    response_template: 'Hi {{name}}, we can help with: {{keyword}}',
  },
  levant: { monitor_mode: 'keywords', monitor_keywords: ['דירה', 'شقة'] },
  shanghai: {
    monitor_mode: 'keywords',
    monitor_keywords: ['出租', '买房', '东京', 'iPhone'],
    keyword_match: 'word',
  },
  customers: { monitor_mode: 'mentions' },
  newcomers: { monitor_mode: 'first_message' },
}
/** A keyword and a mention speak of interest by themselves, a greeting of a new member does not. */
const leastScore: Record<string, number> = { customers: 2, newcomers: 0 }
const groupNames = Object.keys(groupSettings)
const membersOf = (group: string) => {
  const first = groupNames.indexOf(group) * 6 + 1
  const people = Array.from({ length: 6 }, (_, index) => first + index)
  return group === 'neighbours' ? [...people, 13] : people
}

/** Said before anybody listens: whoever speaks here is no newcomer, and nothing of it counts. */
const early: Line[] = [
  { group: 'newcomers', person: 25, text: 'Guten Abend, ich bin schon lange hier' },
  { group: 'newcomers', person: 29, text: '¡Hola! Busco una habitación' },
  { group: 'newcomers', person: 30, text: '大家好，我也是' },
  { group: 'neighbours', person: 2, text: 'I gave away my flat last year' },
]

const lines: Line[] = [
  { group: 'neighbours', person: 1, text: 'Is anybody selling a FLAT near the park?', captured: 'flat' },
  { group: 'neighbours', person: 2, text: 'What a flattering picture of our street' },
  { group: 'neighbours', person: 3, text: 'Suche dringend eine WOHNUNG!', captured: 'Wohnung' },
  { group: 'neighbours', person: 4, text: 'Die Wohnungssuche in Köln dauert ewig' },
  { group: 'neighbours', person: 5, text: 'BUSCO HABITACION para mayo', captured: 'habitación' },
  { group: 'neighbours', person: 6, text: 'Las habitaciones del hotel eran pequeñas' },
  { group: 'levant', person: 7, text: 'הדירה עדיין פנויה?', captured: 'דירה' },
  { group: 'levant', person: 8, text: 'ראיתי שם דירות יפות' },
  { group: 'levant', person: 9, text: 'בוקר טוב לכולם' },
  { group: 'levant', person: 10, text: 'أبحث عن شقة للإيجار', captured: 'شقة' },
  { group: 'levant', person: 11, text: 'كانت هذه مشقة كبيرة' },
  { group: 'levant', person: 12, text: 'صباح الخير للجميع' },
  { group: 'shanghai', person: 13, text: '有没有公寓出租?', captured: '出租' },
  { group: 'shanghai', person: 14, text: '我想买房子在上海', captured: '买房' },
  { group: 'shanghai', person: 15, text: '广东剧团明天演出' },
  { group: 'shanghai', person: 16, text: '求购ＩＰＨＯＮＥ', captured: 'iPhone' },
  { group: 'shanghai', person: 17, text: '明天下午小区停水' },
  { group: 'shanghai', person: 18, text: 'My iphones are all old' },
  {
    group: 'customers',
    person: 19,
    text: 'Könnt ihr mir ein Angebot machen?',
    captured: null,
    mentions: [us],
  },
  { group: 'customers', person: 20, text: 'You should ask her', mentions: [21] },
  { group: 'customers', person: 21, text: 'I want to buy a flat' },
  { group: 'customers', person: 22, text: 'Wie spät ist es?' },
  { group: 'customers', person: 23, text: '¿Tenéis sitio el viernes?', captured: null, mentions: [22, us] },
  { group: 'customers', person: 24, text: 'שלום לכולם' },
  { group: 'newcomers', person: 25, text: 'Ich wieder' },
  { group: 'newcomers', person: 26, text: 'Hello, I have just joined', captured: null },
  { group: 'newcomers', person: 26, text: 'Does anybody live near the lake?' },
  { group: 'newcomers', person: 27, text: 'مرحبا، أنا جديد هنا', captured: null },
  { group: 'newcomers', person: 28, text: '我是新来的', captured: null },
  { group: 'newcomers', person: 29, text: 'Otra vez yo' },
  { group: 'newcomers', person: 30, text: '又是我' },
]

/** What raises leads that exist; the second of them is of a person who became a lead in another group. */
const later: Line[] = [
  { group: 'neighbours', person: 1, text: 'Nobody? I would take any flat', captured: 'flat' },
  { group: 'neighbours', person: 3, text: 'Immer noch ohne Wohnung', captured: 'Wohnung' },
  { group: 'neighbours', person: 13, text: 'I am looking for a room, too', captured: 'looking for' },
]

/** People who write STOP before they say anything in a group. */
const leftAlone = 3
const isCaptured = (line: Line) => line.captured !== undefined
const leadsExpected = lines.filter(isCaptured).map(({ person, captured }) => [nameOf(person), captured])

let simulator: Simulator
let server: ServerProcess
let receiver: WebhookReceiver
let api: ApiClient
const resources = new AsyncDisposableStack()

before(async () => {
  const data = resources.use(await temporaryDirectory())
  const database = resources.use(await databaseEnvironment())
  receiver = resources.use(await openWebhookReceiver())
  simulator = resources.adopt(await createSimulator({ deliveryMs: 5, readMs: 10 }), (made) => made.close())
  const env = {
    ...database.env,
    MOLTFLOW_DATA_DIR: data.path,
    MOLTFLOW_OWNER_EMAIL: 'owner@example.com',
    MOLTFLOW_OWNER_PASSWORD: 'correct horse battery',
    MOLTFLOW_BOOTSTRAP_API_KEY: apiKey,
    MOLTFLOW_WA_URL: simulator.url,
    MOLTFLOW_PACE: '0',
    MOLTFLOW_OUTGOING_ALLOW: '127.0.0.1',
  }
  server = await startServer({ env, by: 'program' })
  resources.defer(async () => void (await server.process.stop()))
  api = new ApiClient(fetchDoor(server.url), { 'x-api-key': apiKey })
})
after(() => resources.disposeAsync())

// biome-ignore lint/suspicious/noExplicitAny: the data of events of every kind
type Data = any

const delivered = async (event: string, matches: (data: Data) => boolean): Promise<Data> =>
  (await receiver.next(({ body }) => body.event === event && matches(body.data), waitMs)).body.data

const allTold = (event: string): Data[] =>
  receiver.received.filter(({ body }) => body.event === event).map(({ body }) => body.data)

/** Links the account; resolves when the session works. */
async function link(): Promise<string> {
  simulator.createAccount({ phone: ourPhone, name: 'Front desk' })
  const { id } = await api.post(201, '/sessions', { name: 'Front desk' })
  await api.post(200, `/sessions/${id}/start`)
  await delivered('session.status', ({ status }) => status === 'qr_code')
  const { code } = await api.get(200, `/sessions/${id}/qr`, { accept: 'application/json' })
  simulator.scan(ourPhone, code)
  await delivered('session.status', ({ status }) => status === 'working')
  return id
}

const phoneOrOurs = (person: number) => (person === us ? ourPhone : phoneOf(person))

/** Says the lines one after another, and waits until each was told as received. */
async function say(said: readonly Line[], waIds: ReadonlyMap<string, string>): Promise<void> {
  for (const { group, person, text, mentions } of said) {
    await simulator.sendMessage(phoneOf(person), {
      to: waIds.get(group) ?? '',
      text,
      ...(mentions === undefined ? {} : { mentions: mentions.map(phoneOrOurs) }),
    })
  }
  for (const { text } of said) await delivered('message.received', (data) => data.message === text)
}

async function monitorAll(sessionId: string, waIds: ReadonlyMap<string, string>) {
  const ids = new Map<string, string>()
  for (const [group, settings] of Object.entries(groupSettings)) {
    const body = { session_id: sessionId, wa_group_id: waIds.get(group), ...settings }
    ids.set(group, (await api.post(201, '/groups', body)).id)
  }
  return ids
}

/** Everything that groups captured by API, and what their counters say, against what was said. */
async function checkGroups(ids: ReadonlyMap<string, string>): Promise<void> {
  for (const [group, id] of ids) {
    const said = [...lines, ...later].filter((line) => line.group === group)
    const { items } = await api.get(200, `/groups/${id}/messages?limit=100`)
    assert.deepEqual(
      items.map((item: Data) => [item.sender_name, item.content_preview, item.matched_keyword]).sort(),
      said
        .filter(isCaptured)
        .map(({ person, text, captured }) => [nameOf(person), text, captured])
        .sort(),
      group,
    )
    const { messages_processed, leads_detected } = await api.get(200, `/groups/${id}`)
    const made = new Set(said.filter(isCaptured).map(({ person }) => person)).size
    assert.deepEqual([messages_processed, leads_detected], [said.length, made], group)
  }
}

/** Both the tenant's list of leads and the webhooks: everybody expected, once, with the keyword; nobody else. */
async function checkLeads(ids: ReadonlyMap<string, string>): Promise<Map<string, Data>> {
  for (const line of [...lines, ...later].filter(isCaptured)) {
    const data = await delivered('group.message', ({ message }) => message === line.text)
    assert.equal(data.matched_keyword, line.captured, line.text)
    assert.equal(data.group_id, ids.get(line.group), line.text)
  }
  for (const [name, keyword] of leadsExpected) {
    const data = await delivered('lead.detected', ({ contact_name }) => contact_name === name)
    assert.equal(data.trigger.matched_keyword, keyword, `${name}`)
  }
  const { leads, total } = await api.get(200, '/leads?limit=100')
  assert.equal(total, leadsExpected.length)
  const byName = new Map<string, Data>(leads.map((lead: Data) => [lead.contact_name, lead]))
  const newest = new Map([...leadsExpected, ...later.map((line) => [nameOf(line.person), line.captured])] as [
    string,
    string | null,
  ][])
  const keywordsBy = (signal: 'trigger' | 'last_signal') =>
    leads.map((lead: Data) => [lead.contact_name, lead[signal].matched_keyword]).sort()
  assert.deepEqual(keywordsBy('trigger'), leadsExpected.toSorted())
  assert.deepEqual(keywordsBy('last_signal'), [...newest].sort())
  for (const { group, person } of lines.filter(isCaptured)) {
    const { contact_phone, source_group, lead_status, lead_score, signal_score } = byName.get(nameOf(person))
    assert.deepEqual(
      [contact_phone, source_group.id, source_group.name, lead_status],
      [`+${phoneOf(person)}`, ids.get(group), group, 'new'],
    )
    assert.equal(lead_score, 0)
    assert.ok(signal_score >= (leastScore[group] ?? 3), `${nameOf(person)}: ${signal_score}`)
  }
  return byName
}

/** From new to converted, told at every step, and no way back. */
async function walkPipeline(lead: Data): Promise<void> {
  const way = ['new', 'contacted', 'qualified', 'converted']
  for (const [index, to] of way.slice(1).entries()) {
    const moved = await api.patch(200, `/leads/${lead.id}/status`, { status: to })
    assert.equal(moved.lead_status, to)
    const data = await delivered('lead.status_changed', (change) => change.to === to)
    assert.deepEqual([data.lead_id, data.from], [lead.id, way[index]])
  }
  const refused = await api.patch(400, `/leads/${lead.id}/status`, { status: 'new' })
  assert.equal(refused.code, 'lead_transition_refused')
  const { status_history } = await api.get(200, `/leads/${lead.id}`)
  assert.deepEqual(status_history.map((step: Data) => step.to).sort(), way.slice(1).sort())
  const { leads } = await api.get(200, '/leads?status=converted')
  assert.deepEqual(
    leads.map(({ id }: Data) => id),
    [lead.id],
  )
}

const answersOn = (person: number) =>
  simulator
    .messages(phoneOf(person))
    .filter(({ from }) => from === `${ourPhone}@c.us`)
    .map(({ text }) => text)

test('30 people in 5 groups and 6 languages: exactly the expected leads, and the way of one to a customer', {
  timeout: 60_000,
}, async () => {
  const events = ['session.status', 'message.received', 'message.sent', 'group.message']
  const leadEvents = ['lead.detected', 'lead.status_changed']
  await api.post(201, '/webhooks', { name: 'way', url: receiver.url, events: [...events, ...leadEvents] })
  const sessionId = await link()
  for (let person = 1; person <= 30; person += 1)
    simulator.createAccount({ phone: phoneOf(person), name: nameOf(person) })
  const waIds = new Map<string, string>()
  for (const group of groupNames) {
    const [owner = 0, ...others] = membersOf(group)
    const members = [...others.map(phoneOf), ourPhone]
    waIds.set(group, simulator.groups.create({ subject: group, owner: phoneOf(owner), members }).id)
  }

  await say(early, waIds)
  await simulator.sendMessage(phoneOf(leftAlone), { to: `${ourPhone}@c.us`, text: 'STOP' })
  await delivered('message.received', ({ message }) => message === 'STOP')
  assert.equal((await api.get(200, `/opt-outs/${phoneOf(leftAlone)}`)).opted_out, true)

  const ids = await monitorAll(sessionId, waIds)
  await say(lines, waIds)
  for (const person of [1, 5])
    await delivered('message.sent', ({ chat_id }) => chat_id === directChatOf(person))
  await say(later, waIds)
  await delivered('message.sent', ({ chat_id }) => chat_id === directChatOf(13))

  await checkGroups(ids)
  const leads = await checkLeads(ids)
  const { timeline } = await api.get(200, `/leads/${leads.get(nameOf(13)).id}`)
  assert.deepEqual(
    timeline.map(({ matched_keyword, source_group }: Data) => [matched_keyword, source_group.name]),
    [
      ['looking for', 'neighbours'],
      ['出租', 'shanghai'],
    ],
  )
  await walkPipeline(leads.get(nameOf(5)))

  assert.deepEqual(answersOn(1), ['Hi Person 1, we can help with: flat'])
  assert.deepEqual(answersOn(5), ['Hi Person 5, we can help with: habitación'])
  assert.deepEqual(answersOn(13), ['Hi Person 13, we can help with: looking for'])
  const answered = [1, 5, 13]
  for (let person = 1; person <= 30; person += 1)
    if (!answered.includes(person)) assert.deepEqual(answersOn(person), [], nameOf(person))

  // Everything came, so what is counted now holds whatever came besides.
  assert.equal(allTold('lead.detected').length, leadsExpected.length)
  assert.equal(allTold('group.message').length, [...lines, ...later].filter(isCaptured).length)
  assert.equal(allTold('lead.status_changed').length, 3)
  assert.equal(allTold('message.sent').length, answered.length)
})
