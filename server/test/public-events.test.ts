import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, describe, suite, test } from 'node:test'
import { z } from 'zod'
import { generateDocuments } from '../docs/documents.ts'
import type { Context } from '../src/context.ts'
import { composeFeatures, type Feature } from '../src/feature.ts'
import { defaultSettings } from '../src/features/leads/monitoring/monitored-groups.service.ts'
import { insertGroup } from '../src/features/leads/monitoring/monitored-groups.store.ts'
import { sessionDeleted } from '../src/features/sessions/lifecycle/sessions.schema.ts'
import { announcedEvents, featureParts, features } from '../src/features.ts'
import { definePublicEvent, type PublicEvent } from '../src/public-event.ts'
import { timestampOutput } from '../src/wire.ts'
import { createSession, createWebhook, nextNumber } from './builders.ts'
import { declaredEvents, findMisfit, findProblem } from './declared-events.ts'
import { createTestApp, type TestApp, type TestTenant } from './harness.ts'
import { openWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts'

let written = 0

/** Declared in a feature of its own and named nowhere else. */
const planted = definePublicEvent({
  name: 'kettle.boiled',
  description: 'Water boils.',
  scope: 'sessions:read',
  data: z.object({ session_id: z.string(), degrees: z.int() }),
  toWire(kettle: { tenantId: string; sessionId: string; groupId: string; degrees: number }) {
    written += 1
    return { session_id: kettle.sessionId, degrees: kettle.degrees }
  },
  example: { tenantId: 'tenant', sessionId: 'session', groupId: 'group', degrees: 100 },
  subscribers: {
    webhooks: true,
    monitoredGroup: ({ groupId }) => groupId,
    sessionStream: ['degrees', 'timestamp', 'session_id'],
  },
})

const kettleFeature: Feature = { name: 'kettle', publishes: [planted] }
const featuresWithPlanted = composeFeatures([kettleFeature, ...featureParts], announcedEvents)

const namesOf = (events: readonly PublicEvent[]) => events.map(({ name }) => name).sort()
const forWebhooks = ({ subscribers }: PublicEvent) => subscribers.webhooks === true
const forGroups = ({ subscribers }: PublicEvent) => subscribers.monitoredGroup !== undefined
const forStream = ({ subscribers }: PublicEvent) => subscribers.sessionStream !== undefined

/** Where readers find events, in generated documents. */
function readDocuments(of: readonly Feature[]) {
  const documents = generateDocuments(of)
  const openApi = JSON.parse(documents.get('docs/openapi.json') ?? '')
  const { schema } = openApi.paths['/api/v2/webhooks'].post.requestBody.content['application/json']
  const guide = documents.get('docs/guides/webhooks.md') ?? ''
  const rows = [...guide.matchAll(/^\| `([\w.]+)` \| (.*?) \| (yes)? ?\| (yes)? ?\| (yes)? ?\|$/gm)]
  const inColumn = (column: number) =>
    rows.flatMap((row) => (row[column] === 'yes' ? (row[1] ?? []) : [])).sort()
  return {
    openApi,
    webhooks: Object.keys(openApi.webhooks).sort(),
    subscribable: [...schema.properties.events.items.enum].sort(),
    guide: { webhooks: inColumn(3), groups: inColumn(4), stream: inColumn(5) },
  }
}

/** What documents show when these events are declared. */
function expectedDocuments(events: readonly PublicEvent[]) {
  return {
    webhooks: namesOf(events.filter((event) => forWebhooks(event) || forGroups(event))),
    subscribable: [...namesOf(events.filter(forWebhooks)), ...announcedEvents].sort(),
    guide: {
      webhooks: namesOf(events.filter(forWebhooks)),
      groups: namesOf(events.filter(forGroups)),
      stream: namesOf(events.filter(forStream)),
    },
  }
}

// The files are found at run time, which a static import cannot express.
const load = createRequire(import.meta.url)

/** Every public event that a schema file of the source exports. */
function findExported(): PublicEvent[] {
  const directory = join(import.meta.dirname, '../src/features')
  return globSync('**/*.schema.ts', { cwd: directory })
    .flatMap((path) => Object.values(load(join(directory, path)) as Record<string, unknown>))
    .filter((value): value is PublicEvent => {
      return typeof value === 'object' && value !== null && 'toWire' in value && 'subscribers' in value
    })
}

describe('public events', () => {
  for (const event of declaredEvents) {
    test(`${event.name} has a description, a schema, and an example that fits it`, () => {
      assert.match(event.name, /^[a-z_]+(\.[a-z_]+)+$/)
      assert.match(event.description, /^[A-Z].*\.$/)
      assert.equal(findProblem(event.data, event.toWire(event.example)), undefined)
      for (const field of event.subscribers.sessionStream ?? []) {
        assert.ok(field === 'timestamp' || field in event.data.shape, `its frame has no field ${field}`)
      }
    })
  }

  test('every event that a feature exports is in a manifest', () => {
    assert.deepEqual(namesOf(findExported()), namesOf(declaredEvents))
  })

  test('OpenAPI, the names that can be subscribed to and the guide have exactly the declared ones', () => {
    const { openApi, ...found } = readDocuments(features)
    assert.deepEqual(found, expectedDocuments(declaredEvents))
    for (const event of declaredEvents.filter((event) => event.name in openApi.webhooks)) {
      const { description, requestBody } = openApi.webhooks[event.name].post
      assert.ok(description.startsWith(event.description))
      assert.equal(findMisfit(requestBody.content['application/json'].example), undefined)
    }
  })

  test('an event that is only declared is in all of them', () => {
    const { openApi, ...found } = readDocuments(featuresWithPlanted)
    assert.deepEqual(found, expectedDocuments([...declaredEvents, planted]))
    assert.deepEqual(
      openApi.webhooks[planted.name].post.requestBody.content['application/json'].example.data,
      {
        session_id: 'session',
        degrees: 100,
      },
    )
  })

  test('an event has one place', () => {
    assert.throws(
      () => composeFeatures([kettleFeature, kettleFeature], []),
      /kettle.boiled is declared twice/,
    )
    assert.throws(() => composeFeatures([kettleFeature], [planted.name]), /kettle.boiled is declared twice/)
    assert.throws(() => composeFeatures([() => kettleFeature], []), /kettle is made of all events/)
  })

  test('a delivery that is not as declared is found', () => {
    const event = 'lead.status_changed'
    const data = { lead_id: 'lead', from: 'new', to: 'lost', changed_by: null }
    assert.equal(findMisfit({ event, data }), undefined)
    assert.match(findMisfit({ event, data: { ...data, to: 'gone' } }) ?? '', /lead.status_changed/)
    assert.match(findMisfit({ event, data: { ...data, more: 1 } }) ?? '', /has more than/)
    assert.equal(findMisfit({ event: 'webhook.test', data: {} }), undefined)
  })
})

/** A session with a monitored group that has an address of its own, and a webhook that wants everything. */
interface World {
  tenant: TestTenant
  ctx: Context
  sessionId: string
  groupId: string
  all: WebhookReceiver
  own: WebhookReceiver
}

async function openWorld(app: TestApp, events: readonly PublicEvent[]): Promise<World> {
  const tenant = await app.tenant()
  const ctx: Context = { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
  const { id: sessionId } = await createSession(tenant.api)
  const [groupId, at] = [ctx.ids.uuid(), ctx.clock.now()]
  const place = { id: groupId, tenantId: tenant.id, sessionId, waGroupId: `12036300000${nextNumber()}@g.us` }
  await insertGroup(ctx.db.sql, {
    ...defaultSettings,
    ...place,
    memberCount: 2,
    createdAt: at,
    updatedAt: at,
  })
  const [all, own] = [await openWebhookReceiver(), await openWebhookReceiver()]
  await createWebhook(tenant.api, { url: all.url, events: namesOf(events.filter(forWebhooks)) })
  await tenant.api.patch(200, `/groups/${groupId}`, { webhook_url: own.url })
  return { tenant, ctx, sessionId, groupId, all, own }
}

/** Publishes an event's example as if it had happened in this world. */
async function publishExample({ ctx, tenant, sessionId, groupId }: World, event: PublicEvent): Promise<void> {
  const payload = { ...event.example, tenantId: tenant.id, sessionId, groupId }
  await ctx.db.transaction((sql) => ctx.events.publish(sql, event, payload))
}

/** The names and data of all frames until the stream ends. */
async function readFrames(response: Response): Promise<{ name: string; data: Record<string, unknown> }[]> {
  const text = await response.text()
  return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, name = '', data = '']) => ({
    name,
    data: JSON.parse(data),
  }))
}

suite('public events on their way', () => {
  const events = [...declaredEvents, planted]
  let app: TestApp
  let world: World

  before(async () => {
    app = await createTestApp({ features: featuresWithPlanted })
    world = await openWorld(app, events)
  })
  after(async () => {
    await app.close()
    await Promise.all([world.own.close(), world.all.close()])
  })

  for (const event of events) {
    test(`${event.name} reaches its subscribers as declared, and nobody else`, async () => {
      const { all, own } = world
      const before = { all: all.received.length, own: own.received.length }
      await publishExample(world, event)
      await app.runJobs()
      const got = {
        all: all.received.slice(before.all).filter(({ body }) => body.event === event.name),
        own: own.received.slice(before.own).filter(({ body }) => body.event === event.name),
      }
      assert.equal(got.all.length, forWebhooks(event) ? 1 : 0)
      assert.equal(got.own.length, forGroups(event) ? 1 : 0)
      for (const { body } of [...got.all, ...got.own])
        assert.equal(findProblem(event.data, body.data), undefined)
    })
  }

  test('the stream of a session has exactly the declared ones, with the fields they declare', async () => {
    const port = await app.app.listen()
    const url = `http://127.0.0.1:${port}/api/v2/sessions/${world.sessionId}/events`
    const response = await fetch(`${url}?token=${world.tenant.token}`)
    for (const event of events) if (event !== sessionDeleted) await publishExample(world, event)
    const { ctx, tenant, sessionId } = world
    await ctx.db.transaction((sql) =>
      ctx.events.publish(sql, sessionDeleted, { tenantId: tenant.id, sessionId }),
    )
    const [first, ...frames] = await readFrames(response)
    assert.equal(first?.name, 'session.status')
    const streamed = events.filter(forStream)
    assert.deepEqual(
      frames.map(({ name }) => name),
      streamed.map(({ name }) => name),
    )
    for (const [index, { data, subscribers }] of streamed.entries()) {
      const frame = frames[index]?.data ?? {}
      const fields = subscribers.sessionStream ?? []
      assert.deepEqual(Object.keys(frame), fields)
      const shape = { ...data.shape, timestamp: timestampOutput }
      const declared = Object.fromEntries(Object.entries(shape).filter(([field]) => fields.includes(field)))
      assert.equal(findProblem(z.object(declared), frame), undefined)
    }
  })

  test('what nobody subscribes to is not even written down', async () => {
    const { id: tenantId } = await app.tenant()
    const before = written
    const { ctx } = app.app
    const payload = { ...planted.example, tenantId }
    await ctx.db.transaction((sql) => ctx.events.publish(sql, planted, payload))
    assert.equal(written, before)
  })

  test('an event is delivered to a group’s own address alone when no webhook names it', async () => {
    const { tenant, own, all } = world
    const [webhook] = await tenant.api.get(200, '/webhooks')
    await tenant.api.patch(200, `/webhooks/${webhook.id}`, { events: ['message.read'] })
    await app.runJobs()
    const before = { own: own.received.length, all: all.received.length }
    await publishExample(world, planted)
    await app.runJobs()
    assert.equal(own.received.length, before.own + 1)
    assert.equal(all.received.length, before.all)
    await tenant.api.patch(200, `/groups/${world.groupId}`, { webhook_url: null })
    await publishExample(world, planted)
    await app.runJobs()
    assert.equal(own.received.length, before.own + 1, 'after the address was taken away')
  })
})
