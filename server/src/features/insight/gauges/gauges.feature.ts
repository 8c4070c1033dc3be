import { statfs } from 'node:fs/promises'
import type { Context } from '../../../context.ts'
import type { Feature, FeatureGauges } from '../../../feature.ts'
import { countSessionsByStatus, countWebhooks, readOutbox, readWaitingDeliveries } from './gauges.store.ts'

const states = ['stopped', 'starting', 'qr_code', 'working', 'failed']

const installation: FeatureGauges = {
  name: 'installation',
  gauges: [
    { name: 'sessions', help: 'Sessions of all tenants by state', label: 'status' },
    { name: 'outbox_waiting', help: 'Messages that no limit holds and that have not left' },
    { name: 'outbox_oldest_seconds', help: 'For how long the oldest of them waits' },
    { name: 'webhook_deliveries_waiting', help: 'Deliveries that wait for a slow or failing endpoint' },
    { name: 'webhook_oldest_waiting_seconds', help: 'How old the oldest of them is' },
    { name: 'webhooks', help: 'Webhooks that fail, and those switched off for it', label: 'state' },
  ],
  async read({ db }: Context) {
    const [sessions, outbox, deliveries, webhooks] = await Promise.all([
      countSessionsByStatus(db.sql),
      readOutbox(db.sql),
      readWaitingDeliveries(db.sql),
      countWebhooks(db.sql),
    ])
    const counts = new Map(sessions.map(({ status, count }) => [status, count]))
    return [
      ...states.map((label) => ({ name: 'sessions', label, value: counts.get(label) ?? 0 })),
      { name: 'outbox_waiting', value: outbox.waiting },
      { name: 'outbox_oldest_seconds', value: outbox.oldest },
      { name: 'webhook_deliveries_waiting', value: deliveries.waiting },
      { name: 'webhook_oldest_waiting_seconds', value: deliveries.oldest },
      { name: 'webhooks', label: 'failing', value: webhooks.failing },
      { name: 'webhooks', label: 'off', value: webhooks.off },
    ]
  },
}

const backlog: FeatureGauges = {
  name: 'jobs',
  gauges: [
    { name: 'jobs_waiting', help: 'Jobs that are due and not yet begun', label: 'queue' },
    { name: 'jobs_late_seconds', help: 'For how long the oldest of them is due', label: 'queue' },
    { name: 'jobs_running', help: 'Jobs that run now, in all processes', label: 'queue' },
  ],
  async read({ jobs }: Context) {
    const queues = await jobs.readBacklog()
    return queues.flatMap(({ name: label, waiting, lateSeconds, running }) => [
      { name: 'jobs_waiting', label, value: waiting },
      { name: 'jobs_late_seconds', label, value: lateSeconds },
      { name: 'jobs_running', label, value: running },
    ])
  },
}

const database: FeatureGauges = {
  name: 'database',
  gauges: [{ name: 'database_seconds', help: 'How long the database takes to answer the simplest question' }],
  async read({ db, clock }: Context) {
    const startedMs = clock.monotonicMs()
    await db.pool.query('SELECT 1')
    return [{ name: 'database_seconds', value: (clock.monotonicMs() - startedMs) / 1000 }]
  },
}

/** Apart from what the database says: a full disk may be why it says nothing. */
const disk: FeatureGauges = {
  name: 'disk',
  gauges: [{ name: 'data_free_bytes', help: 'Room on the file system of MOLTFLOW_DATA_DIR' }],
  async read({ config }: Context) {
    const { bavail, bsize } = await statfs(config.dataDir)
    return [{ name: 'data_free_bytes', value: bavail * bsize }]
  },
}

/** What an operator watches; docs/guides/operations.md says what each alarm means. */
export const gaugesFeature: Feature = { name: 'gauges', gauges: [installation, backlog, database, disk] }
