import { sql as text } from 'drizzle-orm'
import type { Context } from '../src/context.ts'
import type {
  ReportContent,
  ReportParams,
  TemplateId,
} from '../src/features/outreach/report-templates/report-content.schema.ts'
import { buildReport } from '../src/features/outreach/report-templates/report-templates.service.ts'
import { buildPhone, createSession } from './builders.ts'
import type { TestApp, TestTenant } from './harness.ts'

/** What was said: by whom, when, and what became of it. */
export interface Said {
  direction: 'inbound' | 'outbound'
  at: string
  status?: 'sent' | 'delivered' | 'read' | 'failed' | 'pending'
  type?: string
}

/** What tests of reports work with: sessions, people and conversations of one tenant, as they are stored. */
export class ReportWorld {
  readonly ctx: Context
  readonly tenant: TestTenant

  constructor(app: TestApp, tenant: TestTenant) {
    this.ctx = { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
    this.tenant = tenant
  }

  /** A session that works since a moment. */
  async session(name: string, phone = buildPhone(), since = '2026-01-01T00:00:00Z'): Promise<string> {
    const { id } = await createSession(this.tenant.api, { name })
    await this.ctx.db.sql.execute(text`
      UPDATE sessions SET status = 'working', phone_number = ${phone}, last_connected_at = ${since} WHERE id = ${id}`)
    await this.state(id, 'working', since)
    return id
  }

  /** A state that a session was in from a moment on. */
  async state(sessionId: string, status: string, at: string, reason: string | null = null): Promise<void> {
    await this.ctx.db.sql.execute(text`
      INSERT INTO session_states (id, tenant_id, session_id, status, reason, at)
      VALUES (${this.ctx.ids.uuid()}, ${this.tenant.id}, ${sessionId}, ${status}, ${reason}, ${at})`)
  }

  /** A conversation of a session with a person, and what was said in it. */
  async chat(
    sessionId: string,
    name: string | null,
    said: readonly Said[],
    phone = buildPhone(),
  ): Promise<string> {
    const { ctx, tenant } = this
    const [contactId, chatId] = [ctx.ids.uuid(), ctx.ids.uuid()]
    const rows = said.map(({ direction, at, status, type = 'text' }) => ({
      id: ctx.ids.uuid(),
      direction,
      at,
      status: status ?? (direction === 'inbound' ? 'received' : 'sent'),
      type,
    }))
    await ctx.db.sql.execute(text`INSERT INTO contacts (id, tenant_id, phone, push_name, created_at, updated_at)
      VALUES (${contactId}, ${tenant.id}, ${phone}, ${name}, now(), now())`)
    await ctx.db.sql.execute(text`
      INSERT INTO chats (id, tenant_id, session_id, kind, contact_id, wa_chat_id, created_at)
      VALUES (${chatId}, ${tenant.id}, ${sessionId}, 'person', ${contactId}, ${`${phone}@c.us`}, now())`)
    await ctx.db.sql.execute(text`
      INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, message_type, status,
        ordered_at, created_at)
      SELECT id, ${tenant.id}::uuid, ${sessionId}::uuid, ${chatId}::uuid, id::text, direction, type, status, at, at
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS r(id uuid, direction text, type text, status text, at timestamptz)`)
    await this.settle(chatId)
    return chatId
  }

  /** Counts a chat's messages as the program does when it stores them. */
  async settle(chatId: string): Promise<void> {
    await this.ctx.db.sql.execute(text`
      UPDATE chats SET message_count = said.count, last_message_at = said.last, last_inbound_at = said.inbound,
        last_outbound_at = said.outbound
      FROM (SELECT count(*)::int AS count, max(ordered_at) AS last,
          max(ordered_at) FILTER (WHERE direction = 'inbound') AS inbound,
          max(ordered_at) FILTER (WHERE direction = 'outbound' AND status <> 'failed') AS outbound
        FROM messages WHERE chat_id = ${chatId} AND message_type <> 'reaction') said
      WHERE id = ${chatId}`)
  }

  /** What a report says as of a moment. */
  report(
    templateId: TemplateId,
    options: { to?: string; timeZone?: string; params?: ReportParams } = {},
  ): Promise<ReportContent> {
    const { to, timeZone = 'UTC', params = {} } = options
    return buildReport(this.ctx, {
      templateId,
      params,
      timeZone,
      to: to === undefined ? this.ctx.clock.now() : new Date(to),
      signal: new AbortController().signal,
    })
  }
}

/** A figure of a report by its key. */
export function figureOf(content: ReportContent, key: string) {
  return content.figures.find((figure) => figure.key === key)?.value
}

/** The rows of a report's table by its key. */
export function rowsOf(content: ReportContent, key: string) {
  return content.tables.find((table) => table.key === key)?.rows ?? []
}

/** The course of a report by its key, without the moments at which nothing was. */
export function pointsOf(content: ReportContent, key: string): Record<string, number> {
  const points = content.series.find((series) => series.key === key)?.points ?? []
  return Object.fromEntries(points.filter(({ value }) => value > 0).map(({ at, value }) => [at, value]))
}
