import { z } from 'zod'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { timestampOutput } from '../../../wire.ts'
import { tenantNameField } from '../tenants/tenants.schema.ts'

/** What of a tenant's settings an event is about. */
const changedParts = ['settings', 'name', 'antispam', 'content_policy'] as const

/** Name, settings or rules of a tenant changed: whoever shows them reads them again. */
export const tenantSettingsChanged = definePublicEvent({
  name: 'tenant.settings_changed',
  scope: 'sessions:read',
  description: 'Name, settings or rules of the tenant changed.',
  data: z.object({
    changed: z.enum(changedParts).meta({ description: '`antispam` and `content_policy` are rules, too' }),
  }),
  toWire: ({ changed }: { tenantId: string; changed: (typeof changedParts)[number] }) => ({ changed }),
  example: { tenantId: exampleValues.id, changed: 'settings' },
  subscribers: {},
})

/** The tenant as its people see it. */
export const tenantSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    plan: z.string(),
    time_zone: z.string().meta({ examples: ['Europe/Lisbon'] }),
    created_at: timestampOutput,
  })
  .meta({ id: 'Tenant', description: 'The workspace that everything belongs to' })

/** Another name. */
export const renameTenantBody = z.object({ name: tenantNameField })
