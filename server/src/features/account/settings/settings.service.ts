import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { defineCache, publishChange } from '../tenants/changes.service.ts'
import {
  type AntispamSettings,
  decodeAntispam,
  encodeAntispam,
  roleTooLow,
  type TenantSettings,
  type UpdateSettings,
  userRequired,
} from './settings.schema.ts'
import {
  type ConsentRow,
  findSettings,
  insertConsents,
  insertSettings,
  lockSettings,
  type SettingsRow,
  updateSettingsRow,
} from './settings.store.ts'
import { tenantSettingsChanged } from './tenant.schema.ts'

const consentVersion = '1.0'

function fromRow(row: SettingsRow): TenantSettings {
  const { updatedAt: _, ...settings } = row
  return { ...settings, antispam: decodeAntispam(row.antispam) }
}

const settingsCache = defineCache<TenantSettings>({
  max: 10_000,
  maxAgeMs: 60_000,
  subjectsOf: (settings) => [`tenant:${settings.tenantId}`],
  async load(_ctx, sql, tenantId) {
    const row = await findSettings(sql, tenantId)
    return row === undefined ? undefined : fromRow(row)
  },
})

/** Settings of a tenant, from memory and current on every process; inside a transaction give its `sql`. */
export async function getSettings(ctx: Context, tenantId: string, sql?: Sql): Promise<TenantSettings> {
  const settings = await settingsCache.get(ctx, tenantId, sql)
  if (settings === undefined) throw unknownThing('Tenant')
  return settings
}

/** Settings for an event handler, within a transaction that does not change them. */
export async function getSettingsWithin(ctx: Context, sql: Sql, tenantId: string): Promise<TenantSettings> {
  const settings = await settingsCache.getWithin(ctx, tenantId, sql)
  if (settings === undefined) throw unknownThing('Tenant')
  return settings
}

/** Gives a new tenant its settings, in the transaction that makes the tenant. */
export async function createSettings(ctx: Context, sql: Sql, tenantId: string): Promise<void> {
  await insertSettings(sql, tenantId, ctx.clock.now())
}

/**
 * What only a signed-in owner or admin decides, by its wire name: what programs may do or see, what of it is remembered,
 * and which words of people end it. A program must not widen its own rights, nor remove its traces.
 */
const decidedByPeople: Partial<Record<keyof UpdateSettings, string>> = {
  coldContacts: 'cold_contacts',
  chatHistoryAccessEnabled: 'chat_history_access_enabled',
  optOutWords: 'opt_out_words',
  optInWords: 'opt_in_words',
  auditRetentionDays: 'audit_retention_days',
}

function refuseKey(field: string, change: string): never {
  throw userRequired.create({
    message: `${field}: only a signed-in owner or admin may ${change}, never an API key`,
    details: { field },
  })
}

/** Keys change what is no matter of people's; a rein on programs they may put on, not take off. */
function requirePersonFor(ctx: Context, before: SettingsRow, changes: UpdateSettings): void {
  if (ctx.caller.kind === 'user') return
  for (const [name, field] of Object.entries(decidedByPeople))
    if (changes[name as keyof UpdateSettings] !== undefined) refuseKey(field, 'change it')
  if (before.requireApproval && changes.requireApproval === false)
    refuseKey('require_approval', 'switch it off')
}

/** Who gave a consent from where. */
export interface ConsentOrigin {
  userId: string
  ip: string
  userAgent: string
}

function consentRows(
  ctx: Context,
  before: SettingsRow,
  changes: UpdateSettings,
  by: ConsentOrigin,
): ConsentRow[] {
  const given = [
    { type: 'ai_processing' as const, was: before.aiConsentEnabled, is: changes.aiConsentEnabled },
    {
      type: 'chat_history_access' as const,
      was: before.chatHistoryAccessEnabled,
      is: changes.chatHistoryAccessEnabled,
    },
  ]
  return given.flatMap(({ type, was, is }) => {
    if (is === undefined || is === was) return []
    const createdAt = ctx.clock.now()
    return [
      {
        id: ctx.ids.uuid(),
        tenantId: before.tenantId,
        type,
        version: consentVersion,
        granted: is,
        ...by,
        createdAt,
      },
    ]
  })
}

/** Changes settings within a transaction; consents that it switches are recorded with it. */
export async function changeSettings(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  changes: Partial<UpdateSettings>,
  by: ConsentOrigin,
): Promise<TenantSettings> {
  const before = await lockSettings(sql, tenantId)
  if (before === undefined) throw unknownThing('Tenant')
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  const after = await updateSettingsRow(sql, tenantId, { ...given, updatedAt: ctx.clock.now() })
  await insertConsents(sql, consentRows(ctx, before, changes as UpdateSettings, by))
  await publishChange(ctx, sql, [`tenant:${tenantId}`])
  await ctx.events.publish(sql, tenantSettingsChanged, { tenantId, changed: 'settings' })
  return fromRow(after ?? before)
}

/** Changes the caller's tenant settings. */
export async function updateSettings(
  ctx: Context,
  changes: UpdateSettings,
  userAgent: string,
): Promise<TenantSettings> {
  const tenantId = tenantOf(ctx)
  const { caller } = ctx
  if (caller.kind !== 'user' && caller.kind !== 'key') throw roleTooLow.create()
  const by = { userId: caller.userId, ip: caller.ip, userAgent }
  return ctx.db.transaction(async (sql) => {
    const before = await lockSettings(sql, tenantId)
    if (before === undefined) throw unknownThing('Tenant')
    requirePersonFor(ctx, before, changes)
    return changeSettings(ctx, sql, tenantId, changes, by)
  })
}

/** Changes anti-spam figures within a transaction. */
export async function changeAntispam(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  changes: Partial<AntispamSettings>,
): Promise<AntispamSettings> {
  const before = await lockSettings(sql, tenantId)
  if (before === undefined) throw unknownThing('Tenant')
  const antispam = { ...before.antispam, ...encodeAntispam(changes) }
  await updateSettingsRow(sql, tenantId, { antispam, updatedAt: ctx.clock.now() })
  await publishChange(ctx, sql, [`tenant:${tenantId}`])
  await ctx.events.publish(sql, tenantSettingsChanged, { tenantId, changed: 'antispam' })
  return decodeAntispam(antispam)
}
