import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Caller, Context } from './context.ts'
import { createEngine } from './engine/create-engine.ts'
import type { Engine } from './engine/engine.ts'
import type { EngineListener } from './engine/events.ts'
import { shareEngine } from './engine/remote/remote-engine.ts'
import type { Feature } from './feature.ts'
import { createAccessPolicy } from './features/account/auth/access-policy.service.ts'
import { setupPages } from './features/account/setup/setup-pages.ts'
import { agentPages } from './features/agents/discovery/agent-pages.ts'
import { authenticateToken } from './features/agents/oauth/tokens.service.ts'
import { applyCalls } from './features/conversations/calls/calls.service.ts'
import { applyChatChanges } from './features/conversations/chats/chat-changes.service.ts'
import { applyContacts } from './features/conversations/contacts/address-book.service.ts'
import { applyHistory } from './features/conversations/history/history.service.ts'
import { applyChanges } from './features/conversations/inbound/apply-changes.service.ts'
import { applyStatuses } from './features/conversations/inbound/apply-statuses.service.ts'
import { applyMappings, mergeContactsWith } from './features/conversations/inbound/merge-contacts.service.ts'
import { storeInbound } from './features/conversations/inbound/store-inbound.service.ts'
import { applyLabelChanges } from './features/conversations/label-sync/apply-label-changes.service.ts'
import { locateOutgoing, readOutgoing } from './features/conversations/media/blobs.service.ts'
import { storeFetched } from './features/conversations/media/media-download.service.ts'
import { findProto } from './features/conversations/messages/messages.service.ts'
import { applyGroupUpdates, completeGroupMembers } from './features/groups/wa-groups/group-updates.service.ts'
import { checkGate } from './features/insight/limits/limits.service.ts'
import { countGroupReceipts } from './features/outreach/schedules/group-receipts.service.ts'
import { applyStatusPosts } from './features/sending/status-posts/status-posts.service.ts'
import { tellPresence } from './features/sessions/lifecycle/session-presence.service.ts'
import { applyState } from './features/sessions/lifecycle/sessions.service.ts'
import { features as productFeatures } from './features.ts'
import { type Clock, systemClock } from './platform/clock.ts'
import type { Database } from './platform/database/database.ts'
import { runMigrations } from './platform/database/migrate.ts'
import { openDatabase } from './platform/database/open.ts'
import { type EventBus, openEventBus } from './platform/events/bus.ts'
import { type Ids, systemIds } from './platform/ids.ts'
import { type JobStore, openJobs } from './platform/jobs/job-store.ts'
import { createJobRunner, type JobRunner } from './platform/jobs/runner.ts'
import { createMetrics } from './platform/metrics.ts'
import { safeLookup } from './platform/outgoing/proxy.ts'
import { closeProcessStates } from './platform/process-state.ts'
import { createRateLimits } from './platform/rate-limits/rate-limits.ts'
import { seal, unseal } from './platform/secrets.ts'
import { createHttpServer, type HttpServer } from './transports/http/server.ts'

/** What the process passes in; tests pass in their own clock and database. */
export interface AppOptions {
  config: Config
  log: Logger
  version: string
  clock?: Clock
  ids?: Ids
  /** An open, migrated database; the app then leaves it open when it closes. */
  db?: Database
  /** Jobs run only when the test drains them. */
  areJobsManual?: boolean
  /** Instead of the product's own, for tests. */
  features?: readonly Feature[]
  /** Where the built dashboard lies. */
  dashboardDirectory?: string
  /** Overrides of the engine's times, for tests. */
  engine?: Partial<Parameters<typeof createEngine>[0]['config']>
}

/** The whole product in one object. */
export interface App {
  http: HttpServer
  /** A context without tenant, for jobs and tests. */
  ctx: Context
  jobs: JobRunner<Context>
  /** Listens; returns the port. */
  listen(): Promise<number>
  /** Drains: no new work, connections closed cleanly, keys flushed, leases released. Idempotent. */
  close(): Promise<void>
}

/** How long requests and jobs may still use the sessions of a process that stops. */
const handOverAfterMs = 500

/** What contexts are made of, and who has to be closed again. */
interface Foundation {
  store: JobStore
  events: EventBus<Context>
  engine: Engine
  contextOf(caller: Caller): Context
  contextFor(tenantId: string): Context
}

/** Builds everything in the order of dependency and starts the background work. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, log, clock = systemClock(), ids = systemIds(), features = productFeatures } = options
  const db =
    options.db ??
    (await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory: config.dataDir, log }))
  if (options.db === undefined) await runMigrations(db)
  const foundation = await layFoundation(options, db, clock, ids)
  const { store, events, engine, contextOf, contextFor } = foundation
  const ctx = contextFor('')
  const runner = createJobRunner<Context>({
    store,
    clock,
    log,
    handlers: features.flatMap((feature) => feature.jobs ?? []),
    contextFor: (payload) => contextFor(tenantIn(payload)),
    isManual: options.areJobsManual ?? false,
  })
  const metrics = measure(features, ctx)
  const rateLimits = createRateLimits({ db, clock, log })
  const http = await createHttpServer({
    operations: features.flatMap((feature) => feature.operations ?? []),
    streams: features.flatMap((feature) => feature.streams ?? []),
    doors: features.flatMap((feature) => feature.doors ?? []),
    callbacks: features.flatMap((feature) => feature.callbacks ?? []),
    policy: createAccessPolicy(ctx, { checkGate, authenticateToken }),
    tools: features.find((feature) => feature.tools !== undefined)?.tools,
    createContext: contextOf,
    settings: { ...config, version: options.version },
    health: {
      ready: { database: async () => (await db.pool.query('SELECT 1')).rowCount === 1 },
      metrics: () => metrics.render(),
      metricsToken: config.metricsToken,
    },
    log,
    clock,
    ids,
    events,
    rateLimits,
    pages: [...setupPages, ...agentPages(config)],
    dashboardDirectory: options.dashboardDirectory,
    onAnswer: metrics.onAnswer,
  })
  for (const feature of features) await feature.start?.(ctx)
  await runner.start()
  for (const feature of features) feature.resume?.(ctx)

  const close = async () => {
    const drained = Promise.all([http.close(), runner.stop()])
    drained.catch(() => undefined)
    // Other processes wait for the sessions: what is still under way by then goes on without them, and waits for theirs.
    if (db.kind === 'embedded') await drained
    else
      await Promise.race([
        drained,
        new Promise<void>((resolve) => systemClock().schedule(handOverAfterMs, resolve)),
      ])
    for (const feature of features.toReversed()) await feature.stop?.(ctx)
    await engine.close()
    await drained
    try {
      await closeProcessStates(ctx)
    } finally {
      await events.close()
      await store.close()
      await rateLimits.close()
      if (options.db === undefined) await db.close()
    }
  }
  let closing: Promise<void> | undefined
  return {
    http,
    ctx,
    jobs: runner,
    listen: () => listen(http, config),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/** What the scraper gets, and who has to say something for it. */
function measure(features: readonly Feature[], ctx: Context) {
  const metrics = createMetrics()
  for (const { read, ...gauges } of features.flatMap((feature) => feature.gauges ?? []))
    metrics.watch({ ...gauges, read: () => read(ctx) })
  const answers = metrics.histogram('http_request_seconds', 'Answers by class of status', ['status'])
  const onAnswer = (status: number, seconds: number) =>
    answers.observe({ status: `${Math.floor(status / 100)}xx` }, seconds)
  return { render: metrics.render, onAnswer }
}

async function layFoundation(options: AppOptions, db: Database, clock: Clock, ids: Ids): Promise<Foundation> {
  const { config, log, features = productFeatures } = options
  const store = await openJobs({ db, log, ids, ...(options.clock === undefined ? {} : { testClock: clock }) })
  const contextOf = (caller: Caller): Context => ({ ...base, caller })
  const contextFor = (tenantId: string) => contextOf({ kind: 'system', tenantId })
  const events = await openEventBus<Context>({
    db,
    clock,
    ids,
    log,
    contextFor,
    handlers: features.flatMap((feature) => feature.events ?? []),
  })
  // Only one process can open an embedded database, so its restart need not wait for the old lease.
  const ownerId = db.kind === 'embedded' ? 'embedded' : ids.uuid()
  const local = createEngine({
    db,
    clock,
    ids,
    log,
    config: { waUrl: config.waUrl, ...options.engine },
    secrets: {
      encrypt: (plain, label) => seal(config, label, plain),
      decrypt: (sealed, label) => unseal(config, label, sealed),
    },
    readBlob: (key) => readOutgoing(contextFor(''), key),
    locateBlob: (key) => locateOutgoing(contextFor(''), key),
    keepFile: (stream, file) => storeFetched(contextFor(file.tenantId), stream, file),
    listener: listenTo(contextFor),
    proxyLookup: safeLookup(config.outgoingAllow),
    ownerId,
  })
  const engine = shareEngine({ engine: local, db, events, clock, ids, log, ownerId })
  const base: Omit<Context, 'caller'> = { db, jobs: store, events, engine, clock, ids, log, config }
  return { store, events, engine, contextOf, contextFor }
}

async function listen(http: HttpServer, { host, port }: Config): Promise<number> {
  await http.listen({ host, port })
  const address = http.server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** Events of WhatsApp go to the features that store them; each promise resolves after their commit. */
function listenTo(contextFor: (tenantId: string) => Context): EngineListener {
  const each = async <T extends { tenantId: string }>(
    items: readonly T[],
    run: (ctx: Context, items: readonly T[]) => Promise<void>,
  ) => {
    for (const [tenantId, own] of Map.groupBy(items, (item) => item.tenantId))
      await run(contextFor(tenantId), own)
  }
  return {
    onState: (change) => applyState(contextFor(change.tenantId), change),
    onMessages: (messages) => each(messages, storeInbound),
    onStatuses: (updates) => each(updates, applyStatuses),
    onGroupReceipts: (receipts) => each(receipts, countGroupReceipts),
    onMappings: (mappings) =>
      each(mappings, async (ctx, own) => {
        await applyMappings(ctx, own)
        await completeGroupMembers(ctx, own)
      }),
    onGroups: (updates) => each(updates, applyGroupUpdates),
    onChanges: (changes) => each(changes, applyChanges),
    onChats: (changes) => each(changes, applyChatChanges),
    onLabels: (changes) => each(changes, applyLabelChanges),
    onContacts: (changes) => each(changes, (ctx, own) => applyContacts(ctx, own, mergeContactsWith(ctx))),
    onCalls: (updates) => each(updates, applyCalls),
    onStatusPosts: (posts) => each(posts, applyStatusPosts),
    onHistory: (progress) => applyHistory(contextFor(progress.tenantId), progress),
    onPresence: (update) => tellPresence(contextFor(update.tenantId), update),
    findProto: (tenantId, sessionId, waMessageId) => findProto(contextFor(tenantId), sessionId, waMessageId),
  }
}

function tenantIn(payload: object): string {
  return 'tenantId' in payload && typeof payload.tenantId === 'string' ? payload.tenantId : ''
}
