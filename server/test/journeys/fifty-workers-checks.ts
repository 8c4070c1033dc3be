import assert from 'node:assert/strict'
import type { ApiClient } from '../api-client.ts'
import { isOpen } from './fifty-workers-actions.ts'
import type { Model, Register } from './fifty-workers-model.ts'
import type { FiftyWorld, Json } from './fifty-workers-world.ts'

/** What there is in the end, over the API alone. */
export interface Outcome {
  leads: Json[]
  /** What each group that is left captured, by name. */
  captured: Map<string, Json[]>
  groups: Map<string, Json>
}

/** Every page of a list. */
export async function listAll(api: ApiClient, path: string, field: string): Promise<Json[]> {
  const items: Json[] = []
  for (;;) {
    const page = await api.get(
      200,
      `${path}${path.includes('?') ? '&' : '?'}limit=100&offset=${items.length}`,
    )
    items.push(...page[field])
    if (page[field].length < 100) return items
  }
}

/** Reads it all. */
export async function readOutcome(world: FiftyWorld): Promise<Outcome> {
  const api = world.keyed[0] as ApiClient
  const listed = await listAll(api, '/leads', 'leads')
  const leads = await Promise.all(listed.map(({ id }) => api.get(200, `/leads/${id}`)))
  const outcome: Outcome = { leads, captured: new Map(), groups: new Map() }
  for (const { id, name, kind } of world.groups) {
    if (kind === 'doomed') continue
    outcome.groups.set(name, await api.get(200, `/groups/${id}`))
    outcome.captured.set(name, await listAll(api, `/groups/${id}/messages`, 'items'))
  }
  return outcome
}

const countBy = (keys: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(keys.toSorted(), (key) => key)].map(([key, same]) => [key, same.length] as const),
  )

/** Everything that was said was received once, and everything that became of it was told. */
export function checkEverythingCame(world: FiftyWorld, { said }: Model, { leads, captured }: Outcome): void {
  const received = new Set(world.delivered('message.received').map(({ message }) => message))
  assert.deepEqual(
    said.filter(({ text }) => !received.has(text)).map(({ text }) => text),
    [],
  )
  assert.equal(world.delivered('lead.detected').length, leads.length)
  const steps = leads.flatMap(({ status_history: history }) => history)
  assert.equal(world.delivered('lead.status_changed').length, steps.length)
  const left = new Set(
    [...captured.keys()].map((name) => world.groups.find((group) => group.name === name)?.id),
  )
  const delivered = world.delivered('group.message').filter(({ group_id: id }) => left.has(id))
  assert.equal(delivered.length, [...captured.values()].flat().length)
}

/** Counters, captures and events of each group against what was said in it. */
export function checkGroups(world: FiftyWorld, model: Model, outcome: Outcome): void {
  for (const { name, id, kind, mode } of world.groups) {
    const said = model.said.filter(({ group }) => group === name)
    const delivered: string[] = world
      .delivered('group.message')
      .filter(({ group_id: of }) => of === id)
      .map(({ message }) => message)
    assert.equal(new Set(delivered).size, delivered.length, `${name}: told twice`)
    const received = new Set(delivered)
    for (const { text, isHeard } of said)
      if (isHeard !== undefined && kind !== 'steady')
        assert.equal(received.has(text), isHeard, `${name}: ${text}`)
    if (kind === 'doomed') continue
    const captured = (outcome.captured.get(name) ?? []).map(({ content_preview: text }) => text).sort()
    assert.deepEqual(captured, delivered.toSorted(), name)
    const { messages_processed: processed, leads_detected: leads } = outcome.groups.get(name)
    const detected = outcome.leads.filter(({ timeline }: Json) =>
      timeline.some(({ source_group: { id: of } }: Json) => of === id),
    ).length
    // A group that is not always listening captures all it hears.
    const processedExpected = kind === 'steady' ? said.length : captured.length
    assert.deepEqual([processed, leads], [processedExpected, detected], name)
    if (kind !== 'steady') continue
    const firsts = new Set(said.map(({ phone }) => phone)).size
    const wanted = said.filter(({ isInterest }) => mode === 'all' || isInterest).length
    assert.equal(captured.length, mode === 'first_message' ? firsts : wanted, name)
  }
}

/** Every lead went only ways that exist, exactly those that were accepted, and each was told once. */
export function checkLeads(world: FiftyWorld, model: Model, { leads }: Outcome): void {
  const delivered = world
    .delivered('lead.status_changed')
    .map(({ lead_id: id, from, to }) => `${id} ${from} ${to}`)
  const stored = leads.flatMap(({ id, status_history: history }) =>
    history.map(({ from, to }: Json) => `${id} ${from} ${to}`),
  )
  assert.deepEqual(countBy(delivered), countBy(stored))
  const detected = world.delivered('lead.detected').map(({ lead_id: id }) => id)
  assert.deepEqual(detected.toSorted(), leads.map(({ id }) => id).toSorted())
  for (const { id, status_history: history, lead_status: status } of leads) {
    let at = 'new'
    for (const { from, to } of history) {
      assert.equal(from, at, `${id}: ${JSON.stringify(history)}`)
      at = to
    }
    assert.equal(status, at, id)
    assert.deepEqual(history.map(({ to }: Json) => to).sort(), (model.moves.get(id) ?? []).toSorted(), id)
  }
  const open = leads.filter(({ lead_status: status }) => isOpen(status))
  assert.equal(new Set(open.map(({ contact_phone: phone }) => phone)).size, open.length, 'one open lead each')
}

/** Each captured sign of interest is in the timeline of one lead of the person who gave it. */
export function checkTimelines(world: FiftyWorld, model: Model, { leads }: Outcome): void {
  const silent = new Set(world.groups.filter(({ mode }) => mode === 'all').map(({ id }) => id))
  const authors = new Map(model.said.map(({ text, phone }) => [text, `+${phone}`]))
  const signals = world
    .delivered('group.message')
    .filter(({ group_id: id }) => !silent.has(id))
    .map(({ message }) => `${authors.get(message)} ${message}`)
  const timelines: string[] = leads.flatMap(({ contact_phone: phone, timeline, message_count: count }) => {
    assert.equal(timeline.length, count)
    return timeline.map(({ message_preview: text }: Json) => `${phone} ${text}`)
  })
  assert.deepEqual(timelines.sort(), signals.sort())
}

function checkRegister<T>(what: string, register: Register<T> | undefined, none: T, value: T): void {
  const allowed = register?.possible(none) ?? [none]
  assert.ok(allowed.includes(value), `${what} is ${value}, written last was one of ${allowed}`)
}

/** Of writes of the same field the last one stays, and none takes another field along. */
export function checkFields(model: Model, { leads, groups }: Outcome): void {
  for (const { id, assigned_to: user, notes } of leads) {
    checkRegister(`${id} assigned_to`, model.assigned.get(id), null, user)
    checkRegister(`${id} notes`, model.notes.get(id), null, notes)
  }
  for (const [name, group] of groups) {
    checkRegister(`${name} name`, model.groupNames.get(group.id), name, group.name)
    assert.equal(group.is_active, true, name)
  }
}

/** Labels that were made and not deleted, each on the chats that got it last. */
export async function checkLabels(
  world: FiftyWorld,
  model: Model,
  chatIds: readonly string[],
): Promise<void> {
  const api = world.keyed[0] as ApiClient
  const labels: Json[] = await api.get(200, '/labels')
  const names = labels.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length, 'a name is taken once')
  const expected = [...model.labels.keys()].filter((id) => !model.deletedLabels.has(id))
  const kept = world.labels.get('kept') ?? ''
  assert.deepEqual(labels.map(({ id }) => id).sort(), [kept, ...expected].sort())
  const counts = new Map<string, number>()
  for (const chatId of chatIds) {
    const ids: string[] = (await api.get(200, `/labels/chat/${chatId}`)).map(({ id }: Json) => id)
    const sets = (model.chatLabels.get(chatId)?.possible([]) ?? [[]]).map((set) =>
      set
        .filter((id) => !model.deletedLabels.has(id))
        .toSorted()
        .join(),
    )
    assert.ok(sets.includes(ids.toSorted().join()), `chat ${chatId} has ${ids}, last were ${sets}`)
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  const labelling = world.groups.find(({ label }) => label === 'kept')?.id
  const made = world.delivered('lead.detected').filter(({ source_group: group }) => group.id === labelling)
  counts.set(kept, (counts.get(kept) ?? 0) + new Set(made.map(({ contact_phone: phone }) => phone)).size)
  for (const { id, name, chat_count: count } of labels) assert.equal(count, counts.get(id) ?? 0, name)
}

/** Each held message was decided once at most; what was approved reached the person once. */
export async function checkApprovals(world: FiftyWorld, { decided }: Model): Promise<void> {
  const api = world.signedIn[0] as ApiClient
  const final = new Map<string, string>()
  for (const status of ['pending', 'approved', 'rejected'])
    for (const { id } of await listAll(api, `/approvals?status=${status}`, 'approvals')) final.set(id, status)
  const wanted = { approve: 'approved', reject: 'rejected' } as Record<string, string>
  for (const [id, status] of final) {
    const verbs = decided.get(id) ?? []
    assert.deepEqual(
      verbs.map((verb) => wanted[verb]),
      status === 'pending' ? [] : [status],
      id,
    )
  }
  const approved = [...final.values()].filter((status) => status === 'approved').length
  const ours = new Set(world.accountPhones.map((phone) => `${phone}@c.us`))
  const shown = world.people.map((phone) =>
    world.simulator.messages(phone).filter(({ from }) => ours.has(from)),
  )
  assert.equal(shown.flat().length, approved)
  // One answer a day for each.
  assert.ok(shown.every((messages) => messages.length <= 1))
}

/** The log has each accepted change once, and nothing else. */
export async function checkAudit(world: FiftyWorld, { accepted }: Model): Promise<void> {
  const actions = [...new Set([...accepted.keys()].map((key) => key.split(' ')[0] ?? ''))]
  const logged: string[] = []
  for (const action of actions) {
    const entries = await listAll(
      world.signedIn[0] as ApiClient,
      `/audit-logs?action=${action}`,
      'audit_logs',
    )
    for (const { targets } of entries) logged.push(`${action} ${Object.values(targets)[0] ?? ''}`.trim())
  }
  const before = new Set([...world.labels.values()].map((id) => `labels.create ${id}`))
  const sorted = [...accepted].sort(([a], [b]) => (a < b ? -1 : 1))
  assert.deepEqual(countBy(logged.filter((key) => !before.has(key))), Object.fromEntries(sorted))
}
