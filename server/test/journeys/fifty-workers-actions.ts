import { randomUUID } from 'node:crypto'
import type { ApiClient, CallOptions, Reply } from '../api-client.ts'
import { Dice, entryOf, type Model, type Said } from './fifty-workers-model.ts'
import type { FiftyWorld, Group, Json } from './fifty-workers-world.ts'

const statuses = ['new', 'contacted', 'qualified', 'converted', 'lost'] as const

/** What a worker does next, by how often. */
const chances = {
  say: 10,
  move: 7,
  moveMany: 3,
  assign: 2,
  note: 2,
  labelChat: 4,
  makeLabel: 1,
  deleteLabel: 1,
  editGroup: 2,
  pause: 2,
  decide: 3,
  look: 1,
  export: 1,
} as const
type Action = keyof typeof chances
const actions = (Object.keys(chances) as Action[]).flatMap((action) =>
  Array.from({ length: chances[action] }, () => action),
)

/** What the workers share beside the model. */
export interface Shared {
  world: FiftyWorld
  model: Model
  userId: string
  /** Direct chats of the first account, by our id. */
  chatIds: readonly string[]
  /** Groups that one worker is pausing, or that are deleted. */
  busy: Set<string>
  lines: { count: number }
}

/** One of fifty that do whatever the dice say, through whichever process. */
export class Worker {
  readonly #shared: Shared
  readonly #dice: Dice

  constructor(shared: Shared, seed: number) {
    this.#shared = shared
    this.#dice = new Dice(seed)
  }

  async work(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      const action = this.#dice.pick(actions)
      this.#shared.model.count(action)
      await this.#run[action]()
    }
  }

  /** Deletes what is doomed: asked for twice at once, done once. */
  async deleteDoomed(): Promise<void> {
    const { world, model, busy } = this.#shared
    const doomed = world.groups.find(({ kind }) => kind === 'doomed') as Group
    busy.add(doomed.waId)
    await this.#deleteOnce('groups.delete', 'groups', doomed.id)
    const said = await this.#say(doomed, { isHeard: false })
    await world.received(said.text)
    await this.#deleteOnce('labels.delete', 'labels', world.labels.get('doomed') ?? '')
    model.count('delete')
  }

  readonly #run: Record<Action, () => Promise<unknown>> = {
    say: () => this.#saySomewhere(),
    move: () => this.#move(),
    moveMany: () => this.#moveMany(),
    assign: () => this.#change('assigned_to', this.#dice.pick([this.#shared.userId, null])),
    note: () => this.#change('notes', this.#dice.pick([randomUUID(), null])),
    labelChat: () => this.#labelChat(),
    makeLabel: () => this.#makeLabel(),
    deleteLabel: () => this.#deleteLabel(),
    editGroup: () => this.#editGroup(),
    pause: () => this.#pause(),
    decide: () => this.#decide(),
    look: () => this.#look(),
    export: () => this.#export(),
  }

  /** Any process, with the key or as the user. */
  #door(): ApiClient {
    const { keyed, signedIn } = this.#shared.world
    return this.#dice.pick([...keyed, ...signedIn])
  }

  /** A call whose answer must be one of those that make sense; an accepted change is noted for the log. */
  async #call(
    allowed: readonly number[],
    method: string,
    path: string,
    options: CallOptions & { door?: ApiClient; action?: string; id?: string } = {},
  ): Promise<Reply> {
    const { model } = this.#shared
    const { door = this.#door(), action, id, ...rest } = options
    const reply = await door.call(method, path, rest)
    if (!allowed.includes(reply.status))
      model.complaints.push(`${method} ${path}: ${reply.status} ${reply.text.slice(0, 300)}`)
    if (action !== undefined && reply.status < 300) model.accept(action, id)
    return reply
  }

  #leadIds(): string[] {
    return this.#shared.world.delivered('lead.detected').map(({ lead_id: id }) => id)
  }

  async #say(group: Group, { isHeard }: Pick<Said, 'isHeard'>): Promise<Said> {
    const { world, model, lines } = this.#shared
    lines.count += 1
    // What comes in a group that does not always listen is always wanted: heard and captured are then one.
    const isInterest = group.kind !== 'steady' || this.#dice.below(3) > 0
    const text = `Line ${lines.count}: ${isInterest ? 'who has a flat?' : 'good morning'}`
    const said: Said = { group: group.name, phone: this.#dice.pick(world.people), text, isInterest, isHeard }
    model.said.push(said)
    await world.simulator.sendMessage(said.phone, { to: group.waId, text })
    return said
  }

  async #saySomewhere(): Promise<void> {
    const { world, busy } = this.#shared
    const group = this.#dice.pick(world.groups)
    if (group.kind === 'doomed' && busy.has(group.waId)) return
    await this.#say(group, { isHeard: group.kind === 'steady' ? true : undefined })
  }

  async #move(): Promise<void> {
    const leads = this.#leadIds()
    if (leads.length === 0) return
    const id = this.#dice.pick(leads)
    const status = this.#dice.pick(statuses)
    const options = { body: { status }, action: 'leads.update_status', id }
    const { status: code, body } = await this.#call([200, 400], 'PATCH', `/leads/${id}/status`, options)
    if (code !== 200) return
    this.#shared.model.moved(id, status)
    if (body.lead_status !== status || body.status_history.at(-1).to !== status)
      this.#shared.model.complaints.push(`a move to ${status} was answered ${JSON.stringify(body)}`)
  }

  async #moveMany(): Promise<void> {
    const ids = [...new Set([...this.#dice.some(this.#leadIds()), randomUUID()])]
    const status = this.#dice.pick(statuses)
    const options = { body: { lead_ids: ids, status }, action: 'leads.bulk_status' }
    const { status: code, body } = await this.#call([200], 'POST', '/leads/bulk/status', options)
    if (code !== 200) return
    const refused = new Set(body.errors.map(({ lead_id: id }: Json) => id))
    for (const id of ids) if (!refused.has(id)) this.#shared.model.moved(id, status)
    if (body.updated + body.failed !== ids.length) this.#shared.model.complaints.push(JSON.stringify(body))
  }

  async #change(field: 'assigned_to' | 'notes', value: string | null): Promise<void> {
    const leads = this.#leadIds()
    if (leads.length === 0) return
    const { model } = this.#shared
    const id = this.#dice.pick(leads)
    const options = { body: { [field]: value }, action: 'leads.update', id }
    const register = entryOf(field === 'notes' ? model.notes : model.assigned, id)
    const write = () => this.#call([200], 'PATCH', `/leads/${id}`, options)
    await register.write(value, write, ({ status }) => status === 200)
  }

  async #labelChat(): Promise<void> {
    const { world, model, chatIds } = this.#shared
    const chatId = this.#dice.pick(chatIds)
    const made = [...model.labels.keys()].slice(-6)
    const labels = this.#dice.some([world.labels.get('kept') ?? '', ...made])
    const options = { body: { label_ids: labels }, action: 'labels.set_chat', id: chatId }
    const write = () => this.#call([200, 404], 'PUT', `/labels/chat/${chatId}`, options)
    await entryOf(model.chatLabels, chatId).write(labels, write, ({ status }) => status === 200)
  }

  /** From a few names only, so that several want the same. */
  async #makeLabel(): Promise<void> {
    const { model } = this.#shared
    const name = `Label ${this.#dice.below(8)}`
    const body = { name, color: '#22AA66' }
    const doors = [this.#door(), this.#door()]
    const replies = await Promise.all(
      doors.map((door) => this.#call([201, 409], 'POST', '/labels', { body, door })),
    )
    for (const { status, body: label } of replies) {
      if (status !== 201) continue
      model.labels.set(label.id, name)
      model.accept('labels.create', label.id)
    }
  }

  async #deleteLabel(): Promise<void> {
    const { model } = this.#shared
    const left = [...model.labels.keys()].filter((id) => !model.deletedLabels.has(id))
    if (left.length < 3) return
    const id = this.#dice.pick(left)
    model.deletedLabels.add(id)
    await this.#deleteOnce('labels.delete', 'labels', id)
  }

  async #deleteOnce(action: string, collection: string, id: string): Promise<void> {
    const doors = [this.#door(), this.#door()]
    const replies = await Promise.all(
      doors.map((door) => this.#call([200, 404], 'DELETE', `/${collection}/${id}`, { action, id, door })),
    )
    if (replies.filter(({ status }) => status === 200).length !== 1)
      this.#shared.model.complaints.push(`${action} twice: ${replies.map(({ status }) => status)}`)
  }

  /** Changes nothing about what is heard. */
  async #editGroup(): Promise<void> {
    const { world, model, busy } = this.#shared
    const group = this.#dice.pick(world.groups.filter(({ waId }) => !busy.has(waId)))
    if (group.kind === 'doomed') return
    const name = `${group.name} ${randomUUID()}`
    const more =
      group.mode === 'keywords' ? { monitor_keywords: ['flat', `word ${this.#dice.below(9)}`] } : {}
    const options = { body: { name, ...more }, action: 'groups.update', id: group.id }
    const write = () => this.#call([200], 'PATCH', `/groups/${group.id}`, options)
    await entryOf(model.groupNames, group.id).write(name, write, ({ status }) => status === 200)
  }

  /** What is said while a group is paused is not heard; once it is resumed where its account is, everything is. */
  async #pause(): Promise<void> {
    const { world, busy } = this.#shared
    const group = this.#dice.pick(world.groups.filter(({ kind }) => kind === 'paused'))
    if (busy.has(group.waId)) return
    busy.add(group.waId)
    const turn = async (isActive: boolean, door: ApiClient) => {
      const options = { body: { is_active: isActive }, door, action: 'groups.update', id: group.id }
      await this.#call([200], 'PATCH', `/groups/${group.id}`, options)
      const { text } = await this.#say(group, { isHeard: isActive })
      await world.received(text)
    }
    await turn(false, this.#door())
    await turn(true, world.holderOf(group))
    busy.delete(group.waId)
  }

  /** Two decide the same message at once. */
  async #decide(): Promise<void> {
    const { world, model } = this.#shared
    const { body } = await this.#call([200], 'GET', '/approvals?limit=10')
    if (body.approvals.length === 0) return
    const { id } = this.#dice.pick<Json>(body.approvals)
    const decide = async () => {
      const door = this.#dice.pick(world.signedIn)
      const verb = this.#dice.pick(['approve', 'reject'])
      const path = `/approvals/${id}/${verb}`
      const options = { door, ...(verb === 'reject' ? { action: 'approvals.reject', id } : {}) }
      const { status } = await this.#call([200, 400], 'POST', path, options)
      if (status === 200) model.decided.set(id, [...(model.decided.get(id) ?? []), verb])
    }
    await Promise.all([decide(), decide()])
  }

  /** Nobody has two open leads at any moment. */
  async #look(): Promise<void> {
    const { body } = await this.#call([200], 'GET', '/leads?limit=100')
    const open = body.leads.filter(({ lead_status: status }: Json) => isOpen(status))
    const phones = new Set(open.map(({ contact_phone: phone }: Json) => phone))
    if (phones.size < open.length) this.#shared.model.complaints.push('somebody has two open leads')
  }

  async #export(): Promise<void> {
    const format = this.#dice.pick(['json', 'csv'])
    const { status, body } = await this.#call([200], 'GET', `/leads/export/${format}`)
    if (status !== 200 || format === 'csv') return
    const ids = new Set(body.map(({ id }: Json) => id))
    if (ids.size < body.length) this.#shared.model.complaints.push('an export has a lead twice')
  }
}

/** Whether a lead in this status is the person's open one. */
export const isOpen = (status: string): boolean => ['new', 'contacted', 'qualified'].includes(status)
