import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { v7 } from 'uuid'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { figureDays } from '../../../../test/rollups-oracle.ts'
import type { Context } from '../../../context.ts'
import type { InboundMessage } from '../../../engine/events.ts'
import { applyStatuses } from '../../conversations/inbound/apply-statuses.service.ts'
import { applyMappings } from '../../conversations/inbound/merge-contacts.service.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import { flushNotedChanges } from './noted-changes.ts'
import { everyId } from './rollups.schema.ts'
import { enqueueRebuild, followMessages } from './rollups.service.ts'
import { moveWatermark } from './rollups.store.ts'
import type { Waits } from './rollups.tables.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

/** The same numbers in every run: a failure can be looked at. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface StoredDay extends Record<string, unknown> {
  day: string
  sessionId: string
  labelId: string
  waits: Waits
  first_waits: Waits
}

const columns = [
  'received',
  'sent',
  'group_received',
  'group_sent',
  'failed',
  'delivered',
  'read',
  'replied',
] as const
const totalOf = (waits: Waits) => Object.values(waits).reduce((sum, [, seconds]) => sum + seconds, 0)
const countOf = (waits: Waits) => Object.values(waits).reduce((sum, [count]) => sum + count, 0)
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

/** What is stored, by `day session label`: figures, and answers with their seconds together. */
async function stored(tenantId: string, table: 'rollup_days' | 'rollup_months') {
  const { rows } = await app.app.ctx.db.sql.execute<StoredDay>(text`
    SELECT to_char(${text.raw(table === 'rollup_days' ? 'day' : 'month')}, 'YYYY-MM-DD') AS day,
      session_id AS "sessionId", label_id AS "labelId", received, sent, group_received, group_sent, failed, delivered,
      read, replied, waits, first_waits
    FROM ${text.raw(table)} WHERE tenant_id = ${tenantId}`)
  const star = (id: string) => (id === everyId ? '*' : id)
  return new Map(
    rows.map((row) => [
      `${row.day} ${star(row.sessionId)} ${star(row.labelId)}`,
      [
        ...columns.map((column) => Number(row[column])),
        countOf(row.waits),
        totalOf(row.waits),
        countOf(row.first_waits),
        totalOf(row.first_waits),
      ],
    ]),
  )
}

async function wantedDays(tenantId: string, timeZone: string): Promise<Map<string, number[]>> {
  const days = await figureDays(app.app.ctx, tenantId, timeZone)
  return new Map(
    [...days].map(([key, day]) => [
      key,
      [
        ...columns.map((column) => day[column]),
        day.waits.length,
        sum(day.waits),
        day.first_waits.length,
        sum(day.first_waits),
      ],
    ]),
  )
}

/** The clock of the tests stands in February 2026. */
function monthsOver(days: Map<string, number[]>): Map<string, number[]> {
  const months = new Map<string, number[]>()
  for (const [key, day] of days) {
    const month = `${key.slice(0, 7)}-01${key.slice(10)}`
    if (month < '2026-02')
      months.set(
        month,
        day.map((value, index) => value + (months.get(month)?.[index] ?? 0)),
      )
  }
  return months
}

const lines = (days: Map<string, number[]>) =>
  [...days].map(([key, day]) => `${key}: ${day.join(' ')}`).sort()

async function count(): Promise<void> {
  await flushNotedChanges(app.app.ctx)
  await app.runJobs({ includeDelayed: true })
}

/** Rollups as they are now, every table of them. */
async function dump(tenantId: string) {
  const { sql } = app.app.ctx.db
  const slots = await sql.execute(text`SELECT * FROM rollup_slots WHERE tenant_id = ${tenantId}
    ORDER BY session_id, label_id, slot`)
  const days = await sql.execute(text`SELECT * FROM rollup_days WHERE tenant_id = ${tenantId}
    ORDER BY session_id, label_id, day`)
  const months = await sql.execute(text`SELECT * FROM rollup_months WHERE tenant_id = ${tenantId}
    ORDER BY session_id, label_id, month`)
  const series = await sql.execute(text`SELECT * FROM rollup_series WHERE tenant_id = ${tenantId}
    ORDER BY session_id, label_id, day`)
  const contacts = await sql.execute(text`SELECT * FROM rollup_contacts WHERE tenant_id = ${tenantId}
    ORDER BY session_id, contact_id`)
  return {
    slots: slots.rows,
    days: days.rows,
    months: months.rows,
    series: series.rows,
    contacts: contacts.rows,
  }
}

async function dropRollups(tenantId: string): Promise<void> {
  for (const table of [
    'rollup_slots',
    'rollup_days',
    'rollup_months',
    'rollup_series',
    'rollup_contacts',
    'rollup_failures',
    'rollup_chat_labels',
  ])
    await app.app.ctx.db.sql.execute(text`DELETE FROM ${text.raw(table)} WHERE tenant_id = ${tenantId}`)
}

async function rebuild(ctx: Context, tenantId: string): Promise<void> {
  await ctx.db.transaction((sql) => enqueueRebuild(ctx, sql, tenantId, new Date(0)))
  await count()
}

/** A tenant whose people talk at random around a moment, in every way that messages reach us. */
class Talk {
  readonly tenant: TestTenant
  readonly sessionIds: string[]
  readonly #random: () => number
  readonly #aroundMs: number
  readonly #people: { phone: string; lid: string; isHidden: boolean }[]
  readonly #sent: InboundMessage[] = []
  readonly #labelIds: string[] = []

  constructor(tenant: TestTenant, sessionIds: string[], seed: number, around: string) {
    this.tenant = tenant
    this.sessionIds = sessionIds
    this.#random = randomFrom(seed)
    this.#aroundMs = Date.parse(around)
    this.#people = Array.from({ length: 6 }, (_, index) => {
      const phone = buildPhone()
      return { phone, lid: `9${phone}`, isHidden: index % 3 === 0 }
    })
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T
  }

  /** Somebody says something within three days around the moment, told in any order. */
  say(): InboundMessage {
    const person = this.#pick(this.#people)
    const isGroup = this.#random() < 0.2
    const isFromMe = this.#random() < 0.45
    const atMs = this.#aroundMs + Math.round((this.#random() - 0.5) * 72 * 3600) * 1000
    const address = person.isHidden ? person.lid : person.phone
    const quoted = this.#random() < 0.2 ? this.#sent.at(-1) : undefined
    const message = buildInboundMessage(
      { tenantId: this.tenant.id, sessionId: this.#pick(this.sessionIds) },
      {
        chatId: isGroup
          ? '120363000000000009@g.us'
          : `${quoted === undefined ? address : (quoted.sender.phone ?? address)}@c.us`,
        sender: {
          phone: person.isHidden ? null : person.phone,
          lid: person.isHidden ? person.lid : null,
          pushName: null,
        },
        isGroup,
        isFromMe,
        isHistory: this.#random() < 0.4,
        isOffline: true,
        waTimestamp: new Date(atMs),
        ...(quoted === undefined || isGroup
          ? {}
          : {
              chatId: quoted.chatId,
              sender: quoted.sender,
              sessionId: quoted.sessionId,
              quotedWaMessageId: quoted.waMessageId,
            }),
      },
    )
    if (isFromMe && !isGroup) this.#sent.push(message)
    return message
  }

  /** Receipts of what was sent before, of any age. */
  async receipts(): Promise<void> {
    const updates = this.#sent.filter(() => this.#random() < 0.3)
    await applyStatuses(
      app.app.ctx,
      updates.map(({ tenantId, sessionId, waMessageId, chatId }) => ({
        tenantId,
        sessionId,
        waMessageId,
        chatId,
        status: this.#random() < 0.5 ? ('delivered' as const) : ('read' as const),
        error: null,
        at: app.clock.now(),
      })),
    )
  }

  /** Of somebody who was hidden the number is learned: two conversations become one. */
  async reveal(): Promise<void> {
    const person = this.#people.find(({ isHidden }) => isHidden)
    if (person === undefined) return
    person.isHidden = false
    await applyMappings(
      app.app.ctx,
      this.sessionIds.map((sessionId) => ({
        tenantId: this.tenant.id,
        sessionId,
        phone: person.phone,
        lid: person.lid,
      })),
    )
  }

  /** Some chats get labels, others lose theirs. */
  async label(): Promise<void> {
    const { api, id } = this.tenant
    if (this.#labelIds.length < 2) {
      const made = await api.post(201, '/labels', {
        name: `Label ${this.#labelIds.length}`,
        color: '#ff0000',
      })
      this.#labelIds.push(made.id)
    }
    const { rows } = await app.app.ctx.db.sql.execute<{ id: string }>(
      text`SELECT id FROM chats WHERE tenant_id = ${id} ORDER BY id`,
    )
    const labelIds = this.#random() < 0.3 ? [] : [this.#pick(this.#labelIds)]
    await api.put(200, `/labels/chat/${this.#pick(rows).id}`, { label_ids: labelIds })
  }
}

async function talk(seed: number, around: string): Promise<Talk> {
  const tenant = await app.tenant()
  const sessionIds = [(await createSession(tenant.api)).id, (await createSession(tenant.api)).id]
  return new Talk(tenant, sessionIds, seed, around)
}

suite('rollups', () => {
  // Days of 23, 25 and 23.5 hours, one whose midnight comes twice, and one that begins at 1 o'clock.
  const places: [timeZone: string, around: string][] = [
    ['America/New_York', '2025-11-02T06:00:00Z'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['Australia/Lord_Howe', '2025-10-04T15:30:00Z'],
    ['America/Havana', '2025-11-02T05:00:00Z'],
    ['Africa/Cairo', '2025-04-24T22:00:00Z'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z'],
  ]
  for (const [index, [timeZone, around]] of places.entries())
    test(`agree with the raw data in ${timeZone} after late and repeated messages, receipts, merges and labels`, async () => {
      const world = await talk(100 + index, around)
      const { tenant } = world
      await tenant.api.patch(200, '/tenant/settings', { time_zone: timeZone })
      for (let round = 0; round < 3; round += 1) {
        const said = Array.from({ length: 20 }, () => world.say())
        for (let from = 0; from < said.length; from += 5)
          await storeInbound(app.app.ctx, said.slice(from, from + 5))
        await storeInbound(app.app.ctx, said.slice(0, 5))
        await world.receipts()
        await world.label()
        if (round === 2) await world.reveal()
        await followHistory(said)
        await count()
        const wanted = await wantedDays(tenant.id, timeZone)
        assert.deepEqual(lines(await stored(tenant.id, 'rollup_days')), lines(wanted))
        assert.deepEqual(lines(await stored(tenant.id, 'rollup_months')), lines(monthsOver(wanted)))
      }
      const kept = await dump(tenant.id)
      assert.ok(kept.contacts.length > 6 && kept.slots.length > 60 && kept.series.length > 6)
      await dropRollups(tenant.id)
      await rebuild(app.app.ctx, tenant.id)
      assert.deepEqual(await dump(tenant.id), kept)
    })

  /** History is announced by nobody: the watermark finds it, a minute after it was stored. */
  async function followHistory(said: readonly InboundMessage[]): Promise<void> {
    if (!said.some(({ isHistory }) => isHistory)) return
    await moveWatermark(app.app.ctx.db.sql, v7({ msecs: Date.now() - 3_600_000 }))
    await followMessages(later(120_000))
  }

  /** The product so much later, as far as ids tell. */
  function later(ms: number): Context {
    const { ctx } = app.app
    return { ...ctx, ids: { ...ctx.ids, uuid: () => v7({ msecs: Date.now() + ms }) } }
  }
})
