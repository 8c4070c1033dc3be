import { createSimulator, type Simulator } from '@moltflow/simulator'
import { ApiClient, fetchDoor } from '../api-client.ts'
import { isServerTest } from '../harness-database.ts'
import { liftRequestRate, prepareInstallation } from '../lift-limits.ts'
import { databaseEnvironment } from '../process-database.ts'
import {
  programEnvironment,
  programOwner,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from '../processes.ts'
import { openWebhookReceiver, type WebhookReceiver } from '../webhook-receiver.ts'

const apiKey = `mf_${'fiftywrk'.repeat(5)}`
const owner = programOwner
// Fifty workers make more deliveries at once than a busy machine hands over in a few seconds.
const waitMs = 60_000
/** An embedded database belongs to one process. */
const serverCount = isServerTest ? 3 : 1

// biome-ignore lint/suspicious/noExplicitAny: a black box answers with whatever JSON it has
export type Json = any

/** How a group is treated while everybody works. */
export type GroupKind =
  /** Edited, but never so that anything said in it counts differently. */
  | 'steady'
  /** Paused and resumed again and again. */
  | 'paused'
  /** Deleted on the way. */
  | 'doomed'

/** A monitored group of the run. */
export interface GroupSpec {
  name: string
  kind: GroupKind
  /** Which of the two accounts listens. */
  account: 0 | 1
  mode: 'keywords' | 'all' | 'first_message'
  /** Answers leads, so that there is something to approve. */
  isAnswering?: boolean
  /** The label that its leads get; one that is deleted on the way. */
  label?: 'kept' | 'doomed'
}

/** What is listened to; accounts 0 and 1 are held by different processes where there are several. */
export const groupSpecs: readonly GroupSpec[] = [
  { name: 'answering', kind: 'steady', account: 0, mode: 'keywords', isAnswering: true },
  { name: 'everything', kind: 'steady', account: 0, mode: 'all' },
  { name: 'labelling', kind: 'steady', account: 1, mode: 'keywords', label: 'kept' },
  { name: 'newcomers', kind: 'steady', account: 1, mode: 'first_message' },
  { name: 'paused', kind: 'paused', account: 0, mode: 'keywords' },
  { name: 'paused too', kind: 'paused', account: 1, mode: 'keywords', label: 'doomed' },
  { name: 'doomed', kind: 'doomed', account: 0, mode: 'keywords' },
]

/** A monitored group as the run knows it. */
export interface Group extends GroupSpec {
  id: string
  waId: string
}

const accountPhones = ['4915550300001', '4915550300002'] as const
const people = 30
const phoneOf = (person: number) => String(4_915_550_310_000 + person)

/** Servers over one database, two linked accounts, thirty people in seven monitored groups, and who is told. */
export class FiftyWorld implements AsyncDisposable {
  readonly simulator: Simulator
  readonly receiver: WebhookReceiver
  /** One client per process: the owner with a key. */
  readonly keyed: readonly ApiClient[]
  /** The same as the owner who signed in. */
  readonly signedIn: readonly ApiClient[]
  readonly people: readonly string[] = Array.from({ length: people }, (_, person) => phoneOf(person + 1))
  readonly accountPhones: readonly string[] = accountPhones
  readonly groups: Group[] = []
  readonly labels = new Map<'kept' | 'doomed', string>()
  readonly #servers: readonly ServerProcess[]
  readonly #resources: AsyncDisposableStack

  private constructor(
    simulator: Simulator,
    receiver: WebhookReceiver,
    servers: readonly ServerProcess[],
    token: string,
    resources: AsyncDisposableStack,
  ) {
    this.simulator = simulator
    this.receiver = receiver
    this.#servers = servers
    this.#resources = resources
    this.keyed = servers.map(({ url }) => new ApiClient(fetchDoor(url), { 'x-api-key': apiKey }))
    this.signedIn = servers.map(
      ({ url }) => new ApiClient(fetchDoor(url), { authorization: `Bearer ${token}` }),
    )
  }

  /** Builds it all; nobody has spoken in a group yet. */
  static async create(): Promise<FiftyWorld> {
    const resources = new AsyncDisposableStack()
    const data = resources.use(await temporaryDirectory())
    const database = resources.use(await databaseEnvironment())
    const receiver = resources.use(await openWebhookReceiver())
    const simulator = resources.adopt(await createSimulator({ deliveryMs: 5, readMs: 10 }), (s) => s.close())
    const env = {
      ...programEnvironment({ dataDirectory: data.path, simulatorUrl: simulator.url, apiKey }),
      ...database.env,
      MOLTFLOW_OUTGOING_ALLOW: '127.0.0.1',
    }
    await prepareInstallation(env, liftRequestRate)
    const starting = Array.from({ length: serverCount }, () => startServer({ env, by: 'program' }))
    const servers = await Promise.all(starting)
    resources.defer(async () => void (await Promise.all(servers.map(({ process }) => process.stop()))))
    const login = await new ApiClient(fetchDoor(servers[0]?.url ?? '')).post(200, '/auth/login', owner)
    const world = new FiftyWorld(simulator, receiver, servers, login.access_token, resources)
    await world.#populate()
    return world
  }

  /** What the processes printed: complaints belong nowhere. */
  get output(): string {
    return this.#servers.map(({ process }) => process.output).join('')
  }

  /** The API of the process that holds the account a group belongs to. */
  holderOf({ account }: GroupSpec): ApiClient {
    return this.keyed[account % this.keyed.length] as ApiClient
  }

  /** Everything told so far under a name. */
  delivered(event: string): Json[] {
    return this.receiver.received.filter(({ body }) => body.event === event).map(({ body }) => body.data)
  }

  /** Resolves when a text that somebody wrote was told as received. */
  async received(text: string): Promise<void> {
    await this.receiver.next(
      ({ body }) => body.event === 'message.received' && body.data.message === text,
      waitMs,
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync()
  }

  async #populate(): Promise<void> {
    const api = this.keyed[0] as ApiClient
    const leadEvents = ['lead.detected', 'lead.status_changed']
    const events = ['session.status', 'message.received', 'group.message', ...leadEvents]
    await api.post(201, '/webhooks', { name: 'all', url: this.receiver.url, events })
    await this.signedIn[0]?.patch(200, '/tenant/settings', {
      require_approval: true,
      chat_history_access_enabled: true,
    })
    const sessionIds: string[] = []
    for (const [account, phone] of accountPhones.entries())
      sessionIds.push(await this.#link(this.keyed[account % this.keyed.length] as ApiClient, phone))
    for (const [index, phone] of this.people.entries())
      this.simulator.createAccount({ phone, name: `Person ${index + 1}` })
    for (const phone of this.people) {
      const text = `Hello from ${phone}`
      await this.simulator.sendMessage(phone, { to: `${accountPhones[0]}@c.us`, text })
      await this.received(text)
    }
    for (const label of ['kept', 'doomed'] as const)
      this.labels.set(label, (await api.post(201, '/labels', { name: `Lead ${label}`, color: '#FF6B35' })).id)
    for (const spec of groupSpecs) await this.#monitor(spec, sessionIds[spec.account] ?? '')
  }

  /** All processes are asked at once to listen to the same group: one does. */
  async #monitor(spec: GroupSpec, sessionId: string): Promise<void> {
    const [founder = '', ...others] = this.people
    const members = [...others, accountPhones[spec.account]]
    const { id: waId } = this.simulator.groups.create({ subject: spec.name, owner: founder, members })
    const label = spec.label === undefined ? undefined : this.labels.get(spec.label)
    const body = {
      session_id: sessionId,
      wa_group_id: waId,
      monitor_mode: spec.mode,
      ...(spec.mode === 'keywords' ? { monitor_keywords: ['flat'] } : {}),
      ...(spec.isAnswering === true ? { auto_respond: true, response_template: 'Hi {{name}}' } : {}),
      ...(label === undefined ? {} : { auto_label_leads: true, lead_label_id: label }),
    }
    const doors = [...this.keyed, ...this.signedIn]
    const replies = await Promise.all(doors.map((door) => door.call('POST', '/groups', { body })))
    const made = replies.filter(({ status }) => status === 201)
    const isOnce = made.length === 1 && replies.every(({ status }) => status === 201 || status === 409)
    if (!isOnce) throw new Error(`monitored at once: ${replies.map(({ text }) => text).join('\n')}`)
    this.groups.push({ ...spec, waId, id: made[0]?.body.id })
  }

  async #link(api: ApiClient, phone: string): Promise<string> {
    this.simulator.createAccount({ phone, name: `Desk ${phone.slice(-1)}` })
    const { id } = await api.post(201, '/sessions', { name: phone })
    const reaches = (status: string) =>
      this.receiver.next(({ body: { event, data } }) => {
        return event === 'session.status' && data.session_id === id && data.status === status
      }, waitMs)
    await api.post(200, `/sessions/${id}/start`)
    await reaches('qr_code')
    const { code } = await api.get(200, `/sessions/${id}/qr`, { accept: 'application/json' })
    this.simulator.scan(phone, code)
    await reaches('working')
    return id
  }
}
