import assert from 'node:assert/strict'
import { sql as text } from 'drizzle-orm'
import type { z } from 'zod'
import type { Context } from '../src/context.ts'
import { storeInbound } from '../src/features/conversations/inbound/store-inbound.service.ts'
import type { LeadSignal } from '../src/features/leads/detection/leads.service.ts'
import type { LeadStatus } from '../src/features/leads/detection/leads.tables.ts'
import { type previewAnswer, segmentFilterSchema } from '../src/features/outreach/segments/segments.schema.ts'
import { setFilter } from '../src/features/outreach/segments/set-filter.service.ts'
import type { ApiClient } from './api-client.ts'
import { buildInboundMessage, buildPhone, createSession } from './builders.ts'
import type { TestApp, TestTenant } from './harness.ts'
import { LeadsWorld, type Speaker } from './leads-world.ts'

type Preview = z.infer<typeof previewAnswer>
type Member = { phone: string; name: string | null; variables: Record<string, string> }
type Said = { daysAgo: number; text?: string; sessionId?: string }

/** A tenant with people, conversations, leads, lists and segments. People are named by their phones. */
export class SegmentWorld {
  readonly app: TestApp
  readonly tenant: TestTenant
  readonly ctx: Context
  /** A key, which outlives what tests do to the clock. */
  readonly keyed: ApiClient
  readonly sessionId: string
  readonly #leads: LeadsWorld
  readonly #speakers = new Map<string, Speaker>()

  static async create(app: TestApp): Promise<SegmentWorld> {
    const tenant = await app.tenant()
    const keyed = await tenant.apiWith(['custom-groups:read', 'custom-groups:manage'])
    return new SegmentWorld(app, tenant, keyed, (await createSession(tenant.api)).id)
  }

  constructor(app: TestApp, tenant: TestTenant, keyed: ApiClient, sessionId: string) {
    this.keyed = keyed
    this.app = app
    this.tenant = tenant
    this.sessionId = sessionId
    this.#leads = new LeadsWorld(app, tenant)
    this.ctx = this.#leads.ctx
  }

  /** Contacts with these names; their phones. */
  async people<const N extends readonly string[]>(...names: N): Promise<{ [K in keyof N]: string }> {
    const phones: string[] = []
    for (const name of names) {
      const speaker = await this.#leads.person(name)
      this.#speakers.set(speaker.phone ?? '', speaker)
      phones.push(speaker.phone ?? '')
    }
    return phones as { [K in keyof N]: string }
  }

  /** Many contacts more. */
  async crowd(count: number): Promise<void> {
    await this.ctx.db.sql.execute(text`
      INSERT INTO contacts (id, tenant_id, phone, created_at, updated_at)
      SELECT gen_random_uuid(), ${this.tenant.id}::uuid, (${buildPhone()}::bigint * 10000 + n)::text, now(), now()
      FROM generate_series(1, ${count}::int) AS n`)
  }

  /** A number of nobody who was ever met. */
  stranger(): string {
    return buildPhone()
  }

  /** Another session of the tenant. */
  async session(): Promise<string> {
    return (await createSession(this.tenant.api)).id
  }

  /** The tenant's session gets this number. */
  async link(phone: string): Promise<void> {
    await this.ctx.db.sql.execute(
      text`UPDATE sessions SET phone_number = ${phone} WHERE id = ${this.sessionId}`,
    )
  }

  async zone(time_zone: string): Promise<void> {
    await this.tenant.api.patch(200, '/tenant/settings', { time_zone })
  }

  /** A moment so many days ago, as a filter writes it. */
  at(daysAgo: number): string {
    return this.#moment(daysAgo).toISOString()
  }

  #moment(daysAgo: number): Date {
    return new Date(this.app.clock.nowMs() - daysAgo * 86_400_000)
  }

  /** Somebody wrote. */
  hear(phone: string, said: Said): Promise<void> {
    return this.#say(phone, said, false)
  }

  /** Somebody was written to. */
  write(phone: string, said: Said): Promise<void> {
    return this.#say(phone, said, true)
  }

  async #say(
    phone: string,
    { daysAgo, text: body = 'Hello', sessionId }: Said,
    isFromMe: boolean,
  ): Promise<void> {
    const owner = { tenantId: this.tenant.id, sessionId: sessionId ?? this.sessionId }
    const message = buildInboundMessage(owner, {
      chatId: `${phone}@c.us`,
      sender: { phone, lid: null, pushName: null },
      isFromMe,
      content: { kind: 'text', text: body, mentions: [] },
      waTimestamp: this.#moment(daysAgo),
    })
    await storeInbound(this.ctx, [message])
  }

  /** Somebody showed interest in a monitored group; the lead's id. */
  lead(
    phone: string,
    { daysAgo = 0, ...signal }: Partial<LeadSignal> & { daysAgo?: number } = {},
  ): Promise<string> {
    const speaker = this.#speakers.get(phone)
    if (speaker === undefined) throw new Error('nobody has this number')
    return this.#leads.lead(speaker, { at: this.#moment(daysAgo), ...signal })
  }

  async move(leadId: string, status: LeadStatus): Promise<void> {
    await this.tenant.api.patch(200, `/leads/${leadId}/status`, { status })
  }

  async label(name: string): Promise<string> {
    return (await this.tenant.api.post(201, '/labels', { name, color: '#FF0000' })).id
  }

  /** Puts a label on the person's conversation, or takes it off. */
  async tag(phone: string, labelId: string, isSet = true): Promise<void> {
    await this.ctx.db.sql.execute(text`
      INSERT INTO chat_labels (label_id, chat_id, tenant_id, is_set, changed_at)
      SELECT ${labelId}::uuid, h.id, h.tenant_id, ${isSet}, now() FROM chats h JOIN contacts c ON c.id = h.contact_id
      WHERE c.tenant_id = ${this.tenant.id} AND c.phone = ${phone}
      ON CONFLICT (label_id, chat_id) DO UPDATE SET is_set = excluded.is_set`)
  }

  /** A list with members. */
  async list(members: readonly Member[]): Promise<string> {
    // A key's: the owner's token ends when a test moves the clock.
    const { id } = await this.keyed.post(201, '/custom-groups', { name: 'Prospects' })
    await this.ctx.db.sql.execute(text`
      INSERT INTO custom_group_members (id, tenant_id, group_id, phone, name, variables, added_at)
      SELECT gen_random_uuid(), ${this.tenant.id}::uuid, ${id}::uuid, phone, name, variables, now()
      FROM json_to_recordset(${JSON.stringify(members)}::json) AS r(phone text, name text, variables jsonb)`)
    return id
  }

  /** Puts somebody on a list. */
  async join(listId: string, phone: string): Promise<void> {
    await this.ctx.db.sql.execute(text`
      INSERT INTO custom_group_members (id, tenant_id, group_id, phone, added_at)
      VALUES (gen_random_uuid(), ${this.tenant.id}, ${listId}, ${phone}, now())`)
  }

  /** Says which values the members of a list have. */
  async name(listId: string, names: readonly string[]): Promise<void> {
    await this.ctx.db.sql.execute(
      text`UPDATE custom_groups SET variable_names = ${text.param([...names])}::text[] WHERE id = ${listId}`,
    )
  }

  /** Makes an empty list a segment. */
  async setFilter(id: string, filter: unknown): Promise<void> {
    const parsed = filter === null ? null : segmentFilterSchema.parse(filter)
    await this.ctx.db.transaction((sql) => setFilter(this.ctx, sql, this.tenant.id, id, parsed))
  }

  /** A segment. */
  async segment(filter: unknown): Promise<string> {
    const id = await this.list([])
    await this.setFilter(id, filter)
    return id
  }

  /** A filter finds exactly these. */
  async expect(filter: unknown, phones: readonly string[]): Promise<Preview> {
    const preview = await this.keyed.post(200, '/custom-groups/preview', { filter })
    return check(preview, phones, JSON.stringify(filter))
  }

  /** A group has exactly these people. */
  async expectGroup(id: string, phones: readonly string[]): Promise<Preview> {
    return check(await this.keyed.get(200, `/custom-groups/${id}/preview`), phones, id)
  }
}

function check(preview: Preview, phones: readonly string[], message: string): Preview {
  const wanted = phones.map((phone) => `+${phone}`).sort()
  assert.deepEqual(
    preview.people.map(({ phone }) => phone),
    wanted,
    message,
  )
  assert.equal(preview.total, phones.length, message)
  return preview
}
