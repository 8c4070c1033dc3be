import type { Context } from '../src/context.ts'
import { resolveContacts } from '../src/features/conversations/contacts/contacts.service.ts'
import { mergeContactsWith } from '../src/features/conversations/inbound/merge-contacts.service.ts'
import {
  type DetectedLead,
  detectLeads,
  type LeadSignal,
} from '../src/features/leads/detection/leads.service.ts'
import { buildPhone } from './builders.ts'
import type { TestApp, TestTenant } from './harness.ts'

/** Somebody who may become a lead. */
export interface Speaker {
  contactId: string
  phone: string | null
  name: string | null
}

/** A lead of a contact, as a monitored group makes one: its id. */
export async function buildLead(
  ctx: Context,
  place: Pick<LeadSignal, 'tenantId' | 'sessionId' | 'contactId'>,
): Promise<string> {
  const signal = {
    ...place,
    groupId: ctx.ids.uuid(),
    waGroupId: '120363000000000001@g.us',
    groupName: 'Neighbourhood',
    monitorMode: 'keywords',
    contactPhone: null,
    contactName: null,
    messageId: ctx.ids.uuid(),
    text: 'I am looking for a plumber',
    matchedKeyword: 'looking for',
    at: ctx.clock.now(),
  }
  const owner: Context = { ...ctx, caller: { kind: 'system', tenantId: place.tenantId } }
  const found = await ctx.db.transaction((sql) => detectLeads(owner, sql, [signal]))
  return found.get(signal.messageId)?.leadId ?? ''
}

/** What tests of leads work with: people of one tenant, and what they say in a monitored group. */
export class LeadsWorld {
  readonly ctx: Context
  readonly tenant: TestTenant
  readonly groupId: string
  readonly sessionId: string

  constructor(app: TestApp, tenant: TestTenant) {
    this.ctx = { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
    this.tenant = tenant
    this.groupId = this.ctx.ids.uuid()
    this.sessionId = this.ctx.ids.uuid()
  }

  /** A contact of the tenant. */
  async person(name: string | null = 'Sample Contact', addresses: { lid?: string } = {}): Promise<Speaker> {
    const phone = addresses.lid === undefined ? buildPhone() : null
    const person = { phone, lid: addresses.lid ?? null, pushName: name }
    const found = await this.ctx.db.transaction((sql) =>
      resolveContacts(this.ctx, sql, this.tenant.id, [person], mergeContactsWith(this.ctx)),
    )
    const [contact] = found.values()
    if (contact === undefined) throw new Error('no contact was made')
    return { contactId: contact.id, phone, name }
  }

  /** What a person said; in the one group unless told otherwise. */
  signal(speaker: Speaker, overrides: Partial<LeadSignal> = {}): LeadSignal {
    return {
      tenantId: this.tenant.id,
      sessionId: this.sessionId,
      groupId: this.groupId,
      waGroupId: '120363000000000001@g.us',
      groupName: 'Neighbourhood',
      monitorMode: 'keywords',
      contactId: speaker.contactId,
      contactPhone: speaker.phone === null ? null : `+${speaker.phone}`,
      contactName: speaker.name,
      messageId: this.ctx.ids.uuid(),
      text: 'I am looking for a plumber',
      matchedKeyword: 'looking for',
      at: this.ctx.clock.now(),
      ...overrides,
    }
  }

  /** Detects signals in one transaction. */
  detect(...signals: LeadSignal[]): Promise<ReadonlyMap<string, DetectedLead>> {
    return this.ctx.db.transaction((sql) => detectLeads(this.ctx, sql, signals))
  }

  /** A person's lead, new or raised: its id. */
  async lead(speaker: Speaker, overrides: Partial<LeadSignal> = {}): Promise<string> {
    const [found] = (await this.detect(this.signal(speaker, overrides))).values()
    if (found === undefined) throw new Error('no lead was made')
    return found.leadId
  }

  /** An empty list of contacts. */
  async list(name = 'Prospects'): Promise<string> {
    return (await this.tenant.api.post(201, '/custom-groups', { name })).id
  }
}
