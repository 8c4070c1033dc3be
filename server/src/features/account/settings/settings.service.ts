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

/** How new contacts are treated can cost the number its account, so no program decides it. */
function requirePersonForColdContacts(ctx: Context): void {
  const { caller } = ctx
  if (caller.kind === 'user' && caller.role !== 'member') return
  throw roleTooLow.create({
    message: 'cold_contacts: only an owner or admin may change it, never an API key',
  })
}

/** Opening chats to programs is a consent (contract C16): a program must not give it to itself. */
function requirePersonForChatHistory(ctx: Context): void {
  if (ctx.caller.kind === 'user') return
  const field = 'chat_history_access_enabled'
  throw userRequired.create({
    message: `${field}: only a signed-in user may change it, never an API key`,
    details: { field },
  })
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
  if (changes.coldContacts !== undefined) requirePersonForColdContacts(ctx)
  if (changes.chatHistoryAccessEnabled !== undefined) requirePersonForChatHistory(ctx)
  const by = { userId: caller.userId, ip: caller.ip, userAgent }
  return ctx.db.transaction((sql) => changeSettings(ctx, sql, tenantId, changes, by))
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
  return decodeAntispam(antispam)
}
