import type { Context } from '../src/context.ts'
import { storeInbound } from '../src/features/conversations/inbound/store-inbound.service.ts'
import { buildInboundMessage, buildPhone, createSession } from './builders.ts'
import type { TestApp, TestTenant } from './harness.ts'

/** What somebody says. */
export interface Saying {
  text: string
  phone?: string
  name?: string
  /** WhatsApp id of a group; without it, directly. */
  group?: string
  isHistory?: boolean
}

/** A tenant with a session, to whom people say things. */
export class ReviewsWorld {
  readonly app: TestApp
  readonly tenant: TestTenant
  readonly ctx: Context
  readonly sessionId: string

  constructor(app: TestApp, tenant: TestTenant, sessionId: string) {
    this.app = app
    this.tenant = tenant
    this.sessionId = sessionId
    this.ctx = { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
  }

  get api() {
    return this.tenant.api
  }

  /** A tenant of its own. */
  static async open(app: TestApp, plan?: string): Promise<ReviewsWorld> {
    const tenant = await app.tenant(plan === undefined ? {} : { plan })
    return new ReviewsWorld(app, tenant, (await createSession(tenant.api)).id)
  }

  /** A collector that takes everything that sounds well. */
  collector(body: Record<string, unknown> = {}) {
    const usual = { session_id: this.sessionId, name: 'Praise', min_positive_words: 1 }
    return this.api.post(201, '/reviews/collectors', { ...usual, ...body })
  }

  /** Says something; answers the message's id. */
  async say(saying: Saying): Promise<string> {
    const { text, phone = buildPhone(), name = 'Ada Brook', group, isHistory = false } = saying
    const message = buildInboundMessage(
      { tenantId: this.tenant.id, sessionId: this.sessionId },
      {
        chatId: group ?? `${phone}@c.us`,
        isGroup: group !== undefined,
        sender: { phone, lid: null, pushName: name },
        content: { kind: 'text', text, mentions: [] },
        isHistory,
      },
    )
    await storeInbound(this.ctx, [message])
    const { messages } = await this.api.get(200, `/messages/chat/${this.sessionId}/${message.chatId}`)
    return messages[0].id
  }

  /** Says things and lets the jobs run. */
  async tell(...sayings: (Saying | string)[]): Promise<string[]> {
    const ids: string[] = []
    for (const saying of sayings)
      ids.push(await this.say(typeof saying === 'string' ? { text: saying } : saying))
    await this.app.runJobs()
    return ids
  }

  /** Reviews, newest first. */
  async reviews(query = '') {
    return (await this.api.get(200, `/reviews${query}`)).reviews
  }

  /** Their texts, sorted. */
  async texts(query = ''): Promise<string[]> {
    const reviews: { message_text: string }[] = await this.reviews(query)
    return reviews.map(({ message_text: text }) => text).sort()
  }
}
