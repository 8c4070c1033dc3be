import { type Context, tenantOf } from '../../../context.ts'
import { toTimestamp } from '../../../wire.ts'
import { getContact } from '../../conversations/contacts/contact-directory.service.ts'
import { zonesOfPhone } from '../../outreach/bulk/phone-zones.service.ts'
import type { ContactDetail } from './contact-detail.schema.ts'
import { findPersonFacts } from './contact-detail.store.ts'

/** One contact of the caller's tenant with what whoever answers wants to know; 404 for an unknown one. */
export async function getContactDetail(ctx: Context, id: string): Promise<ContactDetail> {
  const contact = await getContact(ctx, id)
  const { language, firstInboundAt } = await findPersonFacts(ctx.db.sql, tenantOf(ctx), id)
  return {
    ...contact,
    time_zones: contact.phone === null ? [] : [...zonesOfPhone(ctx, contact.phone.slice(1))],
    language,
    first_inbound_at: firstInboundAt === null ? null : toTimestamp(new Date(firstInboundAt)),
  }
}
