import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { z } from 'zod'
import type { Context } from '../src/context.ts'
import { createUser } from '../src/features/account/users/users.service.ts'
import { createGrant } from '../src/features/agents/oauth/grants.service.ts'
import { keepChatDraft, listDrafts } from '../src/features/ai/reply-drafts/reply-drafts.service.ts'
import { insertTask, upsertProfile } from '../src/features/ai/style/style.store.ts'
import { StyleStatistics } from '../src/features/ai/style/writing-style.ts'
import { queueTranscripts } from '../src/features/ai/transcripts/transcripts.store.ts'
import { storeInbound } from '../src/features/conversations/inbound/store-inbound.service.ts'
import { defaultSettings } from '../src/features/leads/monitoring/monitored-groups.service.ts'
import { insertGroup } from '../src/features/leads/monitoring/monitored-groups.store.ts'
import { createJob } from '../src/features/outreach/bulk/bulk.service.ts'
import { insertChannel } from '../src/features/outreach/channels/channels.store.ts'
import { buildReport } from '../src/features/outreach/report-templates/report-templates.service.ts'
import { insertExecution } from '../src/features/outreach/reports/reports.store.ts'
import { collectFrom } from '../src/features/reviews/collecting/collect.service.ts'
import { insertBlock } from '../src/features/safety/antispam/antispam.store.ts'
import { insertApprovals } from '../src/features/sending/approvals/approvals.store.ts'
import { applyState } from '../src/features/sessions/lifecycle/sessions.service.ts'
import { features } from '../src/features.ts'
import { defineOperation, type Operation } from '../src/operation.ts'
import type { Scope } from '../src/scopes.ts'
import { idParams } from '../src/wire.ts'
import { injectDoor, type Reply } from './api-client.ts'
import { buildInboundMessage, buildStateChange, createSession, nextNumber } from './builders.ts'
import { createTestApp, type TestApp, type TestTenant } from './harness.ts'
import { isServerTest } from './harness-database.ts'
import { checkHostileInput } from './hostile-checks.ts'
import { buildLead } from './leads-world.ts'
import { liftLimits } from './lift-limits.ts'
import { consentToAi } from './model-world.ts'
import {
  type CheckedTenant,
  type CheckTarget,
  checkAnswer,
  checkAuthority,
  checkBodyIds,
  checkCredentials,
  checkIds,
  checkInputs,
  checkMethods,
  type ResourceBuilder,
} from './operation-checks.ts'
import { findFormProblems } from './operation-form.ts'
import { createSampleServer, sampleId, sampleOperations } from './sample-server.ts'

const operations = features.flatMap((feature) => feature.operations ?? [])

/** What never reaches the database is checked on the embedded one alone. */
const ofTransport = {
  '401 without a credential and with garbage': checkCredentials,
  '403 without a scope, for a refused role and a refused key': checkAuthority,
  '422 for every field that is missing, of a wrong type or outside its limits': checkInputs,
  '405 for every other method': checkMethods,
  '422 or 404 for text that nobody can store, and no 5xx for anything odd': checkHostileInput,
}

const ofDatabase = {
  "404 for malformed, unknown and other tenants' ids": checkIds,
  "404 for other tenants' ids in the body": checkBodyIds,
  'the answer is what the schema declares': checkAnswer,
}

const checks = { ...ofTransport, ...ofDatabase }

/** Resources that no POST of their collection makes. A feature that has one adds a line here. */
async function buildBulkJob(tenant: Parameters<ResourceBuilder>[0]): Promise<string> {
  const { tenantId, sessionId } = await openSession(tenant)
  const { ctx } = harness.app
  const people = text`(VALUES ('15550123456', 'Sample Contact', '{}'::jsonb)) AS v(phone, name, variables)`
  const contents = { messageType: 'text' as const, messageContent: 'Hello', reservesQuota: true }
  const source = { source: 'api' as const, customGroupId: null, people: text`(SELECT * FROM ${people})` }
  const job = await ctx.db.transaction((sql) =>
    createJob(ctx, sql, { tenantId, sessionId, ...source, ...contents }),
  )
  return job.id
}

const builders: Record<string, ResourceBuilder> = {
  async tenants(tenant) {
    const { api, tenantId } = await openSession(tenant)
    await api.get(200, '/agent/public-key')
    return tenantId
  },
  async peers(tenant) {
    const { api } = await openSession(tenant)
    const peer = {
      tenant_id: harness.app.ctx.ids.uuid(),
      peer_phone: '+15550100199',
      public_key: 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=',
      inbox_url: 'https://other.example.com/api/v2/agent/inbox',
    }
    return (await api.post(201, '/agents/peers', peer)).id
  },
  async deliveries(tenant, [webhookId]) {
    const { api, tenantId, sessionId } = await openSession(tenant)
    await api.patch(200, `/webhooks/${webhookId}`, { events: ['session.status'] })
    await applyState(harness.app.ctx, buildStateChange({ tenantId, sessionId }))
    const { deliveries } = await api.get(200, `/webhooks/${webhookId}/deliveries`)
    assert.ok(deliveries[0], 'a session that changed its state causes a delivery')
    return deliveries[0].id
  },
  async sources(tenant) {
    const { api } = await openSession(tenant)
    return (await api.post(200, '/ai/knowledge/ingest', { name: 'Rules.txt', text: 'We are open.' })).id
  },
  async groups(tenant) {
    const { tenantId, sessionId } = await openSession(tenant)
    const { clock, db, ids } = harness.app.ctx
    const [id, createdAt] = [ids.uuid(), clock.now()]
    const place = { id, tenantId, sessionId, waGroupId: `12036300000${nextNumber()}@g.us`, memberCount: 2 }
    await insertGroup(db.sql, { ...defaultSettings, ...place, createdAt, updatedAt: createdAt })
    return id
  },
  async contacts(tenant) {
    const { api, tenantId, sessionId } = await openSession(tenant)
    const ctx: Context = { ...harness.app.ctx, caller: { kind: 'system', tenantId } }
    await storeInbound(ctx, [buildInboundMessage({ tenantId, sessionId })])
    const { contacts } = await api.get(200, `/contacts?session_id=${sessionId}`)
    return contacts[0].id
  },
  async chats(tenant) {
    const { api, tenantId, sessionId } = await openSession(tenant)
    const ctx: Context = { ...harness.app.ctx, caller: { kind: 'system', tenantId } }
    await storeInbound(ctx, [buildInboundMessage({ tenantId, sessionId })])
    const { chats } = await api.get(200, `/chats?session_id=${sessionId}`)
    return chats[0].id
  },
  async channels(tenant) {
    const { tenantId, sessionId } = await openSession(tenant)
    const { clock, db, ids } = harness.app.ctx
    const [id, createdAt] = [ids.uuid(), clock.now()]
    const place = { id, tenantId, sessionId, waChannelId: `12036300000${nextNumber()}@newsletter`, createdAt }
    const facts = {
      name: 'News',
      description: null,
      followerCount: 2,
      role: 'owner',
      inviteCode: null,
    } as const
    await insertChannel(db.sql, { ...place, ...facts, followersSyncedAt: createdAt })
    return id
  },
  async users(tenant) {
    const { tenantId } = await openSession(tenant)
    const { ctx } = harness.app
    const email = `colleague${nextNumber()}@example.com`
    const person = { tenantId, email, fullName: 'Grace', role: 'member' as const, passwordHash: null }
    return (await createUser(ctx, ctx.db.sql, { ...person, isEmailVerified: false })).id
  },
  async invitations(tenant) {
    const { api } = await openSession(tenant)
    return (await api.post(201, '/invitations', { email: `invited${nextNumber()}@example.com` })).id
  },
  async grants(tenant) {
    const { api, tenantId } = await openSession(tenant)
    const { id: userId } = await api.get(200, '/auth/me')
    const { ctx } = harness.app
    return createGrant(ctx, {
      grantId: ctx.ids.token(16),
      tenantId,
      userId,
      clientId: 'client',
      clientName: 'Assistant',
      redirectHost: 'assistant.example.com',
      scopes: ['sessions:read'],
      ip: '127.0.0.1',
    })
  },
  async labels(tenant) {
    const { api } = await openSession(tenant)
    return (await api.post(201, '/labels', { name: `Label ${nextNumber()}`, color: '#FF6B35' })).id
  },
  async rules(tenant) {
    const { api } = await openSession(tenant)
    return (await api.post(200, '/a2a-policy/rules', { pattern: `word${nextNumber()}` })).id
  },
  async 'antispam-rules'(tenant) {
    const { api } = await openSession(tenant)
    return (await api.post(201, '/antispam/rules', { pattern: `word${nextNumber()}`, action: 'flag' })).id
  },
  async blocks(tenant) {
    const { tenantId, sessionId } = await openSession(tenant)
    const { clock, db, ids } = harness.app.ctx
    const id = ids.uuid()
    const dates = { appliedAt: null, liftedAt: null, liftedBy: null, createdAt: clock.now() }
    const block = {
      id,
      tenantId,
      sessionId,
      waChatId: '15550123456@c.us',
      kind: 'rate' as const,
      violations: 5,
    }
    await insertBlock(db.sql, { ...block, ...dates })
    return id
  },
  async approvals(tenant) {
    const { api, tenantId, sessionId } = await openSession(tenant)
    const message = buildInboundMessage({ tenantId, sessionId })
    const ctx: Context = { ...harness.app.ctx, caller: { kind: 'system', tenantId } }
    await storeInbound(ctx, [message])
    const { messages } = await api.get(200, `/messages/chat/${sessionId}/${message.chatId}`)
    const id = ctx.ids.uuid()
    const [createdAt, origin, status] = [ctx.clock.now(), 'a2a', 'pending' as const]
    const row = {
      id,
      tenantId,
      messageId: messages[0].id,
      sessionId,
      origin,
      status,
      expiresAt: createdAt,
      createdAt,
    }
    await insertApprovals(ctx.db.sql, [row])
    return id
  },
  async executions(tenant, [reportId = '']) {
    const { tenantId } = await openSession(tenant)
    const ctx: Context = { ...harness.app.ctx, caller: { kind: 'system', tenantId } }
    const [id, runAt] = [ctx.ids.uuid(), ctx.clock.now()]
    const { signal } = new AbortController()
    const order = { templateId: 'usage_plan' as const, params: {}, timeZone: 'UTC', to: runAt, signal }
    const ended = { status: 'completed' as const, deliveryMethod: 'dashboard' as const, delivered: true }
    const content = await buildReport(ctx, order)
    const row = { id, tenantId, reportId, scheduledFor: runAt, runAt, content, text: 'Nothing', ...ended }
    await insertExecution(ctx.db.sql, row)
    return id
  },
  async 'scheduled-messages'(tenant) {
    const { api, sessionId } = await openSession(tenant)
    const target = { session_id: sessionId, chat_id: '15550123456@c.us', message_content: 'Hello' }
    const rule = { schedule_type: 'cron', cron_expression: '0 9 * * MON' }
    return (await api.post(201, '/scheduled-messages', { name: 'Monday', ...target, ...rule })).id
  },
  'bulk-send': buildBulkJob,
  // A campaign is a bulk job.
  jobs: buildBulkJob,
  async tasks(tenant) {
    const { tenantId, sessionId } = await openSession(tenant)
    const messageId = (await builders.messages?.(tenant, [])) ?? ''
    const { clock, db, ids } = harness.app.ctx
    const at = { messageCreatedAt: clock.now(), createdAt: clock.now() }
    const task = { id: ids.uuid(), tenantId, sessionId, chatId: ids.uuid(), messageId, ...at }
    await queueTranscripts(db.sql, [task])
    // Trainings of a style are tasks too.
    await insertTask(db.sql, { id: task.id, tenantId, status: 'queued', createdAt: at.createdAt })
    return task.id
  },
  async profiles(tenant) {
    const { tenantId } = await openSession(tenant)
    const { clock, db, ids } = harness.app.ctx
    const [id, now] = [ids.uuid(), clock.now()]
    const scope = { waChatId: `1555${nextNumber()}00000@c.us`, lastTrainedAt: now, createdAt: now }
    await upsertProfile(db.sql, {
      id,
      tenantId,
      ...scope,
      features: new StyleStatistics().features(),
      sampleCount: 20,
    })
    return id
  },
  async drafts(tenant) {
    const { api, tenantId, sessionId } = await openSession(tenant)
    const chatId = (await builders.chats?.(tenant, [])) ?? ''
    const ctx: Context = { ...harness.app.ctx, caller: { kind: 'system', tenantId } }
    const { wa_chat_id: waChatId } = (await api.get(200, `/chats/${chatId}`)) as { wa_chat_id: string }
    const texts = { text: 'We are open.', sources: [], reasons: [], replyToId: null }
    await ctx.db.transaction((sql) =>
      keepChatDraft(ctx, sql, { tenantId, sessionId, chatId, waChatId, ...texts }),
    )
    return (await listDrafts(ctx, { status: 'pending', limit: 1, offset: 0 })).drafts[0]?.id ?? ''
  },
  async leads(tenant) {
    const { api, tenantId, sessionId } = await openSession(tenant)
    await storeInbound({ ...harness.app.ctx, caller: { kind: 'system', tenantId } }, [
      buildInboundMessage({ tenantId, sessionId }),
    ])
    const { contacts } = await api.get(200, `/contacts?session_id=${sessionId}`)
    return buildLead(harness.app.ctx, { tenantId, sessionId, contactId: contacts[0].id })
  },
  async collectors(tenant) {
    const { api, sessionId } = await openSession(tenant)
    return (await api.post(201, '/reviews/collectors', { session_id: sessionId, name: 'Praise' })).id
  },
  async widgets(tenant) {
    const { api } = await openSession(tenant)
    return (await api.post(201, '/reviews/widgets', { name: 'Front page' })).id
  },
  async reviews(tenant) {
    const { api, tenantId, sessionId } = await openSession(tenant)
    const ctx: Context = { ...harness.app.ctx, caller: { kind: 'system', tenantId } }
    const collector = { session_id: sessionId, name: 'Praise', min_positive_words: 1 }
    const { id } = await api.post(201, '/reviews/collectors', collector)
    const content = { kind: 'text' as const, text: 'Perfect, thank you!', mentions: [] }
    const message = buildInboundMessage({ tenantId, sessionId }, { content })
    await storeInbound(ctx, [message])
    const { messages } = await api.get(200, `/messages/chat/${sessionId}/${message.chatId}`)
    // Not with all the jobs that other operations left: to run those takes half a minute.
    await collectFrom(ctx, { tenantId, sessionId, messageIds: [messages[0].id] }, AbortSignal.timeout(60_000))
    const { reviews } = await api.get(200, `/reviews?collector_id=${id}`)
    return reviews[0].id
  },
  async messages(tenant) {
    const { api, tenantId, sessionId } = await openSession(tenant)
    const message = buildInboundMessage({ tenantId, sessionId })
    const ctx: Context = { ...harness.app.ctx, caller: { kind: 'system', tenantId } }
    await storeInbound(ctx, [message])
    const { messages } = await api.get(200, `/messages/chat/${sessionId}/${message.chatId}`)
    return messages[0].id
  },
}

async function openSession(tenant: CheckedTenant) {
  const api = harness.api.with({ authorization: `Bearer ${await tenant.token('owner')}` })
  const session = await createSession(api)
  const { tenant_id: tenantId } = await api.get(200, '/auth/me')
  return { api, tenantId: tenantId as string, sessionId: session.id as string }
}

let harness: TestApp
let target: CheckTarget

function asChecked(tenant: TestTenant): CheckedTenant {
  const keys = new Map<string, Promise<string>>()
  return {
    key(scopes) {
      const known = keys.get(scopes.join())
      if (known !== undefined) return known
      const made = tenant.key(scopes)
      keys.set(scopes.join(), made)
      return made
    },
    token: (role) => tenant.signIn(role),
  }
}

before(async () => {
  harness = await createTestApp()
  const [own, foreign] = [await harness.tenant(), await harness.tenant()]
  const strange = await harness.tenant()
  for (const { api } of [own, foreign, strange]) await consentToAi(api)
  const stranger = asChecked(strange)
  await liftLimits(harness.database.db)
  target = {
    operations,
    call: (method, path, options) => harness.api.call(method, path, options),
    tenant: asChecked(own),
    foreigner: asChecked(foreign),
    stranger,
    builders,
  }
})
after(() => harness.close())

describe('declarations', () => {
  test('ids are unique, paths follow the naming, summaries are there', () => {
    assert.deepEqual(findFormProblems(operations), [])
  })
})

for (const operation of operations) {
  describe(operation.id, () => {
    for (const [promise, check] of Object.entries(isServerTest ? ofDatabase : checks)) {
      test(promise, async () => assert.deepEqual(await check(target, operation), [], operation.id))
    }
  })
}

/** Two tenants over the sample policy. */
function sampleTenant(app: Awaited<ReturnType<typeof createSampleServer>>, id: string): CheckedTenant {
  return {
    key: async (scopes: readonly Scope[]) => app.policy.key(scopes, id),
    token: async (role) => app.policy.user(role, id),
  }
}

describe('the checks themselves', () => {
  const shape = z.object({ id: z.string(), name: z.string() })
  const answer = async () => ({ id: sampleId, name: 'n' })
  const good = sampleOperations.filter(({ id }) => id === 'things.create')
  const bad = {
    foreign: defineOperation({
      id: 'leaks.get',
      method: 'GET',
      path: '/things/{id}',
      summary: 'Shows the thing of whoever it is',
      access: ['sessions:read'],
      params: idParams,
      success: { status: 200, schema: shape },
      run: async (_ctx, { id }) => ({ id, name: 'n' }),
    }),
    undeclared: defineOperation({
      id: 'leaks.more',
      method: 'GET',
      path: '/leaks/more',
      summary: 'Answers more than it says',
      access: ['sessions:read'],
      success: { status: 200, schema: shape },
      run: async () => ({ ...(await answer()), password_hash: 'x' }),
    }),
    failing: defineOperation({
      id: 'leaks.fail',
      method: 'POST',
      path: '/leaks/fail',
      summary: 'Fails on its own sample',
      access: ['sessions:read'],
      success: { status: 200, schema: shape },
      run: async () => {
        throw new Error('no')
      },
    }),
  }

  async function run(operation: Operation, call?: (real: CheckTarget['call']) => CheckTarget['call']) {
    const app = await createSampleServer({ operations: [...good, operation] })
    const door = injectDoor(app.http)
    const real: CheckTarget['call'] = (method, path, options = {}) => door(method, `/api/v2${path}`, options)
    const found = new Map<string, string[]>()
    const parts = {
      tenant: sampleTenant(app, 'a'),
      foreigner: sampleTenant(app, 'b'),
      stranger: sampleTenant(app, 'c'),
      builders: {},
    }
    const all = { operations: [...good, operation], call: call?.(real) ?? real, ...parts }
    for (const [name, check] of Object.entries(checks)) found.set(name, await check(all, operation))
    await app.http.close()
    return found
  }

  const problemsOf = (found: Map<string, string[]>) => [...found.values()].flat().join('\n')

  test('find an operation that shows other tenants what it should not', async () => {
    const text = problemsOf(await run(bad.foreign))
    assert.match(text, /200 instead of 404 for an unknown id/)
    assert.match(text, /200 instead of 404 for another tenant's id/)
  })

  test('find an answer with undeclared keys', async () => {
    assert.match(problemsOf(await run(bad.undeclared)), /does not declare.*password_hash/)
  })

  test('find a sample call that fails', async () => {
    assert.match(problemsOf(await run(bad.failing)), /a sample call answered 500/)
  })

  test('find a resource that nothing makes', async () => {
    const orphan = defineOperation({ ...bad.foreign, path: '/orphans/{id}' } as never)
    assert.match(problemsOf(await run(orphan)), /nothing makes a resource for id: add "orphans"/)
  })

  test('report everything at a door that lets everything through', async () => {
    const open = async (): Promise<Reply> => ({ status: 200, headers: {}, text: '{}', body: {} })
    const picky = sampleOperations.find(({ id }) => id === 'things.send')
    assert.ok(picky !== undefined)
    const found = await run(picky, () => open)
    const silent = [...found].filter(([, problems]) => problems.length === 0).map(([name]) => name)
    // It has no id in path or body, and 200 passes for an answer only by its schema.
    assert.deepEqual(silent.length, 2, silent.join())
    const text = problemsOf(found)
    for (const status of [401, 403, 405, 422]) assert.match(text, new RegExp(`200 instead of ${status}`))
  })

  test('find declarations that break the rules', () => {
    const problems = findFormProblems([
      bad.foreign,
      bad.foreign,
      { ...bad.undeclared, id: 'Bad', path: '/Leaks/{thingId}', summary: '' },
      { ...bad.foreign, id: 'leaks.other', method: 'POST', path: '/things/{thing_id}', params: undefined },
      { ...bad.failing, query: z.object({ name: z.string() }), body: z.object({ name: z.string() }) },
    ])
    const text = problems.join('\n')
    for (const part of [
      /two operations have this id/,
      /serves GET/,
      /not feature.verb/,
      /not kebab-case/,
      /summary/,
      /the schema \{\}/,
      /otherwise/,
      /name is in two/,
    ]) {
      assert.match(text, part)
    }
  })
})
