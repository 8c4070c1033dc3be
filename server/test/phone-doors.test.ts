import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { storeInbound } from '../src/features/conversations/inbound/store-inbound.service.ts'
import { features } from '../src/features.ts'
import type { Operation } from '../src/operation.ts'
import type { Reply } from './api-client.ts'
import { buildInboundMessage, createSession } from './builders.ts'
import { createTestApp, type TestApp, type TestTenant } from './harness.ts'
import { placesIn } from './input-places.ts'
import { liftLimits } from './lift-limits.ts'
import { consentToAi } from './model-world.ts'
import { fillPath, nextAddress, sampleBody, sampleParameter } from './operation-checks.ts'
import { noPhones, phoneForms } from './phones.ts'
import { inputSchemaOf } from './schema-samples.ts'

/** Fields that take a phone number, by the name they have wherever one is taken. */
const phoneName = /^(?:phone|phones|chat_id|wa_chat_id|participants|mentions|allowed_numbers)$/

/** Parameters that take a phone number; one that takes an id of ours alone is none. */
const phoneParameters = (part: Operation['query']): string[] =>
  part === undefined
    ? []
    : Object.entries(inputSchemaOf(part).properties ?? {})
        .filter(([name, { format }]) => phoneName.test(name) && format !== 'uuid')
        .map(([name]) => name)

/** A way to hand a phone number in. */
interface Door {
  name: string
  field: string
  /** A refusal is that of an unknown id. */
  isPath: boolean
  ask(text: string): Promise<Reply>
}

const digits = '15550100123'
let app: TestApp
let tenant: TestTenant
let sessionId: string

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
  await liftLimits(app.database.db)
  await consentToAi(tenant.api)
  sessionId = (await createSession(tenant.api)).id
  const message = buildInboundMessage({ tenantId: tenant.id, sessionId })
  const sender = { ...message.sender, phone: digits }
  await storeInbound({ ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }, [
    { ...message, chatId: `${digits}@c.us`, sender },
  ])
})
after(() => app.close())

function doorsOf(operation: Operation): Door[] {
  const fill = (name: string) => (name === 'session_id' ? sessionId : sampleParameter(operation)(name))
  const query = operation.query === undefined ? {} : (inputSchemaOf(operation.query).properties ?? {})
  const own = 'session_id' in query ? `session_id=${sessionId}&` : ''
  const withSession = (body: unknown) => {
    const isObject = typeof body === 'object' && body !== null && 'session_id' in body
    return isObject ? { ...body, session_id: sessionId } : body
  }
  const call = (path: string, body: unknown) => {
    const payload = body === undefined ? {} : { body: withSession(body) }
    return tenant.api.call(operation.method, path, { address: nextAddress(), ...payload })
  }
  const doors: Door[] = []
  const add = (field: string, isPath: boolean, ask: Door['ask']) =>
    doors.push({ name: `${operation.id} ${field}`, field, isPath, ask })
  const path = fillPath(operation.path, fill)
  for (const name of operation.path.match(/(?<=\{)\w+(?=\})/g) ?? []) {
    if (!phoneName.test(name)) continue
    const to = (text: string) => fillPath(operation.path, (other) => (other === name ? text : fill(other)))
    add(name, true, (text) => call(`${to(text)}?${own}`, sampleBody(operation)))
  }
  for (const name of phoneParameters(operation.query)) {
    add(name, false, (text) =>
      call(`${path}?${own}${name}=${encodeURIComponent(text)}`, sampleBody(operation)),
    )
  }
  if (operation.body === undefined) return doors
  for (const { field, takesText, bodyWith } of placesIn(inputSchemaOf(operation.body))) {
    const name = field.split('.').findLast((part) => part !== '0')
    if (takesText && phoneName.test(name ?? '')) add(field, false, (text) => call(path, bodyWith(text)))
  }
  return doors
}

const operations = features.flatMap((feature) => feature.operations ?? [])
const listed = operations.filter(
  ({ params, query, body }) =>
    [params, query].some((part) => phoneParameters(part).length > 0) ||
    (body !== undefined &&
      placesIn(inputSchemaOf(body)).some(({ field }) =>
        field.split('.').some((name) => phoneName.test(name)),
      )),
)

const names = (reply: Reply, field: string) =>
  reply.status === 422 && reply.body.errors?.some((problem: { field: string }) => problem.field === field)

async function tryForms({ name, field, isPath, ask }: Door): Promise<string[]> {
  const problems: string[] = []
  const good = await ask(digits)
  for (const [form, text] of Object.entries(phoneForms)) {
    const reply = await ask(text)
    if (names(reply, field) || (isPath && reply.status !== good.status))
      problems.push(`${name}: ${reply.status} for ${form}: ${reply.text.slice(0, 150)}`)
  }
  return problems
}

async function tryOthers({ name, field, isPath, ask }: Door): Promise<string[]> {
  const problems: string[] = []
  for (const [form, text] of Object.entries(noPhones)) {
    if (text === '') continue
    const reply = await ask(text)
    // A chat that is looked up by what was given is unknown, as any other that is not there.
    const isRefused = isPath ? reply.status >= 400 : reply.status === 404 || names(reply, field)
    if (!isRefused) problems.push(`${name}: ${reply.status} for ${form}: ${reply.text.slice(0, 150)}`)
  }
  return problems
}

describe('every operation that takes a phone number', () => {
  test('is found: there are many', () => {
    assert.ok(listed.length >= 20, listed.map(({ id }) => id).join())
  })

  for (const operation of listed) {
    test(`${operation.id} takes it as people copy it, and nothing that is another number`, async () => {
      const problems: string[] = []
      for (const door of doorsOf(operation))
        problems.push(...(await tryForms(door)), ...(await tryOthers(door)))
      assert.deepEqual(problems, [])
    })
  }

  test('a contact and its chat are found by it, however it is written', async () => {
    for (const [form, text] of Object.entries(phoneForms)) {
      const search = encodeURIComponent(text)
      const { contacts } = await tenant.api.get(200, `/contacts?search=${search}`)
      assert.equal(contacts.length, 1, form)
      const { chats } = await tenant.api.get(200, `/messages/chats/${sessionId}?search=${search}`)
      assert.equal(chats.length, 1, form)
      const chat = await tenant.api.get(200, `/messages/chat/${sessionId}/${search}`)
      assert.equal(chat.messages.length, 1, form)
    }
  })

  test('it is kept in one form, so that one person is one entry', async () => {
    const allowed = { allowed_numbers: Object.values(phoneForms) }
    const settings = await tenant.api.patch(200, '/tenant/settings', allowed)
    assert.deepEqual([...new Set(settings.allowed_numbers)], [`+${digits}`])
  })
})
