import { tenantOf } from '../../../context.ts'
import { defineOperation } from '../../../operation.ts'
import {
  encodeSettings,
  roleTooLow,
  settingsSchema,
  updateSettingsBody,
  userRequired,
} from './settings.schema.ts'
import { getSettings, updateSettings } from './settings.service.ts'

const get = defineOperation({
  id: 'tenant_settings.get',
  method: 'GET',
  path: '/tenant/settings',
  summary: 'Settings of the tenant',
  access: 'any',
  success: { status: 200, schema: settingsSchema },
  run: async (ctx) => encodeSettings(await getSettings(ctx, tenantOf(ctx))),
})

const update = defineOperation({
  id: 'tenant_settings.update',
  method: 'PATCH',
  path: '/tenant/settings',
  summary:
    'Change settings of the tenant; cold_contacts, chat_history_access_enabled, opt_out_words, opt_in_words and audit_retention_days only as a signed-in owner or admin',
  access: ['settings:manage'],
  roles: ['owner', 'admin'],
  body: updateSettingsBody,
  success: { status: 200, schema: settingsSchema },
  errors: [roleTooLow, userRequired],
  run: async (ctx, input) => {
    const { userAgent, respondAsync: _, accepts: __, idempotency: ___, ...changes } = input
    return encodeSettings(await updateSettings(ctx, changes, userAgent))
  },
})

export const settingsOperations = [get, update]
