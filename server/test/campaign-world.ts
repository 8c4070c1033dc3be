import { sql as text } from 'drizzle-orm'
import type { Context } from '../src/context.ts'
import type { InboundMessage, StatusUpdate } from '../src/engine/events.ts'
import { applyStatuses } from '../src/features/conversations/inbound/apply-statuses.service.ts'
import { storeInbound } from '../src/features/conversations/inbound/store-inbound.service.ts'
import { createJob } from '../src/features/outreach/bulk/bulk.service.ts'
import { buildInboundMessage, buildPhone, createSession, nextNumber } from './builders.ts'
import type { TestApp, TestTenant } from './harness.ts'

/** Somebody who gets campaigns, by the phone's digits. */
export interface Target {
  phone: string
  name?: string | null
  variables?: Record<string, string>
}

/** A campaign's message to somebody, as WhatsApp knows it. */
export interface SentCampaign {
  recipientId: string
  messageId: string
  waMessageId: string
}

/** What tests of campaigns work with: a session that sends without a WhatsApp, and people who answer. */
export class CampaignWorld {
  readonly app: TestApp
  readonly tenant: TestTenant
  readonly ctx: Context
  readonly sessionId: string

  private constructor(app: TestApp, tenant: TestTenant, sessionId: string) {
    this.app = app
    this.tenant = tenant
    this.ctx = { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
    this.sessionId = sessionId
  }

  /** Of a new session, unless there is one. */
  static async create(app: TestApp, tenant?: TestTenant, sessionId?: string): Promise<CampaignWorld> {
    const own = tenant ?? (await app.tenant())
    return new CampaignWorld(app, own, sessionId ?? (await createSession(own.api)).id)
  }

  /** Somebody new. */
  person(name: string | null = `Person ${nextNumber()}`): Target {
    return { phone: buildPhone(), name }
  }

  /** A job that writes to these people, none of whom has had a turn. */
  async job(
    people: readonly Target[],
    content: Partial<Parameters<typeof createJob>[2]> = {},
  ): Promise<string> {
    const { ctx, tenant, sessionId } = this
    const rows = JSON.stringify(people.map((each) => ({ variables: {}, name: null, ...each })))
    const job = {
      tenantId: tenant.id,
      sessionId,
      customGroupId: null,
      people: text`(SELECT phone, name, variables FROM json_to_recordset(${rows}::json)
        AS p (phone text, name text, variables jsonb))`,
      source: 'api' as const,
      reservesQuota: false,
      messageType: 'text' as const,
      messageContent: 'Hello {{name|there}}',
      ...content,
    }
    return (await ctx.db.transaction((sql) => createJob(ctx, sql, job))).id
  }

  /** A message of a job to one of its people: claimed and stored, as it is before WhatsApp has taken it. */
  async claim(jobId: string, { phone }: Target): Promise<SentCampaign> {
    const { ctx, tenant, sessionId } = this
    // The chat begins with something old, which is no campaign's.
    await this.hear({ phone }, { waTimestamp: new Date('2026-01-01T00:00:00Z'), isOffline: true })
    const [messageId, waMessageId] = [ctx.ids.uuid(), `CAMPAIGN${nextNumber()}`]
    const now = ctx.clock.now().toISOString()
    const { rows } = await ctx.db.sql.execute<{ id: string }>(text`
      UPDATE bulk_recipients SET message_id = ${messageId} WHERE job_id = ${jobId} AND phone = ${phone} RETURNING id`)
    const recipientId = rows[0]?.id ?? ''
    const metadata = JSON.stringify({ bulk_job_id: jobId, bulk_recipient_id: recipientId })
    await ctx.db.sql.execute(text`
      INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, message_type, status, origin,
        metadata, ordered_at, created_at)
      SELECT ${messageId}, ${tenant.id}, ${sessionId}, h.id, ${waMessageId}, 'outbound', 'text', 'pending', 'bulk',
        ${metadata}::jsonb, ${now}, ${now}
      FROM chats h JOIN contacts c ON c.id = h.contact_id
      WHERE h.session_id = ${sessionId} AND c.phone = ${phone} AND c.tenant_id = ${tenant.id}`)
    return { recipientId, messageId, waMessageId }
  }

  /** WhatsApp takes the message of a claim. */
  take(claimed: SentCampaign): Promise<void> {
    return this.progress([claimed], 'sent')
  }

  /** A message of a job, sent to one of its people. */
  async send(jobId: string, target: Target): Promise<SentCampaign> {
    const claimed = await this.claim(jobId, target)
    await this.take(claimed)
    return claimed
  }

  /** What WhatsApp tells of messages, in one batch. */
  progress(sent: readonly SentCampaign[], ...statuses: StatusUpdate['status'][]): Promise<void> {
    return this.progressAt(this.ctx.clock.now(), sent, ...statuses)
  }

  /** The same, of a moment that has passed. */
  progressAt(at: Date, sent: readonly SentCampaign[], ...statuses: StatusUpdate['status'][]): Promise<void> {
    const { ctx, tenant, sessionId } = this
    const updates = sent.flatMap(({ waMessageId }) =>
      statuses.map((status) => ({
        tenantId: tenant.id,
        sessionId,
        waMessageId,
        status,
        error: null,
        at,
      })),
    )
    return applyStatuses(ctx, updates as StatusUpdate[])
  }

  /** What somebody writes to the session just now. */
  hear({ phone }: Target, overrides: Partial<InboundMessage> = {}): Promise<void> {
    return this.hearAll([this.message({ phone }, overrides)])
  }

  /** A message of somebody, not yet heard. */
  message({ phone }: Target, overrides: Partial<InboundMessage> = {}): InboundMessage {
    const owner = { tenantId: this.tenant.id, sessionId: this.sessionId }
    return buildInboundMessage(owner, {
      chatId: `${phone}@c.us`,
      sender: { phone, lid: null, pushName: null },
      waTimestamp: this.ctx.clock.now(),
      ...overrides,
    })
  }

  /** Messages that arrive in one batch. */
  hearAll(messages: readonly InboundMessage[]): Promise<void> {
    return storeInbound(this.ctx, messages)
  }

  /** Where somebody stands in a job. */
  async status(jobId: string, { phone }: Target): Promise<string> {
    const { rows } = await this.ctx.db.sql.execute<{ status: string }>(
      text`SELECT status FROM bulk_recipients WHERE job_id = ${jobId} AND phone = ${phone}`,
    )
    return rows[0]?.status ?? 'nobody'
  }

  /** The counters of a job, and the same counted over its recipients. */
  async funnel(jobId: string): Promise<{ kept: Record<string, number>; counted: Record<string, number> }> {
    const { rows: kept } = await this.ctx.db.sql.execute<Record<string, number>>(text`
      SELECT delivered_count AS delivered, read_count AS read, replied_count AS replied,
        read_unknown_count AS read_unknown, ignored_count AS ignored, opted_out_count AS opted_out
      FROM bulk_jobs WHERE id = ${jobId}`)
    const { rows: counted } = await this.ctx.db.sql.execute<Record<string, number>>(text`
      SELECT count(delivered_at)::int AS delivered, count(read_at)::int AS read, count(replied_at)::int AS replied,
        (count(*) FILTER (WHERE delivered_at IS NOT NULL AND read_at IS NULL))::int AS read_unknown,
        (count(*) FILTER (WHERE status = 'ignored'))::int AS ignored,
        (count(*) FILTER (WHERE status = 'opted_out'))::int AS opted_out
      FROM bulk_recipients WHERE job_id = ${jobId} AND sent_at IS NOT NULL`)
    return { kept: kept[0] ?? {}, counted: counted[0] ?? {} }
  }
}
