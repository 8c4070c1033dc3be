import { createHash } from 'node:crypto'
import { type Caller, type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { forbidden, unknownThing } from '../../../platform/errors.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { holdsScope, type Scope } from '../../../scopes.ts'
import { defineCache, publishChange } from '../tenants/changes.service.ts'
import { accountSuspended, scopesWithinRole } from '../users/users.schema.ts'
import { findTenantOwner } from '../users/users.service.ts'
import {
  apiKeyChanged,
  type CreateKey,
  invalidApiKey,
  keyOfEnvironment,
  keyRevoked,
  keyRotatedMeanwhile,
  scopeEscalation,
} from './api-keys.schema.ts'
import {
  deleteOtherBootstrapKeys,
  findKey,
  findKeyByHash,
  insertKey,
  listKeys,
  moveBootstrapKeys,
  replaceSecret,
  revokeUserKeys,
  updateKey,
} from './api-keys.store.ts'
import type { ApiKeyRow } from './api-keys.tables.ts'
import { noteUse, type UsedKey } from './last-used.ts'

const keyBytes = 32
const prefixLength = 7
const dayMs = 86_400_000
const keyPattern = /^mf_[\w-]{32,500}$/

interface KnownKey extends UsedKey {
  userId: string
  scopes: ReadonlySet<Scope>
  expiresAtMs: number
  refusal: 'gone' | 'suspended' | undefined
}

const knownKeys = defineCache<KnownKey>({
  max: 20_000,
  // Revocations arrive by notification; this only bounds how long a lost one could matter.
  maxAgeMs: 10_000,
  subjectsOf: (key) => [`key:${key.keyId}`, `user:${key.userId}`, `tenant:${key.tenantId}`],
  async load(_ctx, sql, keyHash) {
    const row = await findKeyByHash(sql, keyHash)
    if (row === undefined) return undefined
    const { key, role } = row
    const isGone = key.revokedAt !== null || row.deletedAt !== null || row.tenantStatus === 'deleted'
    const isResting = row.suspendedAt !== null || row.deactivatedAt !== null
    const isSuspended = isResting || row.tenantStatus === 'suspended'
    return {
      keyId: key.id,
      tenantId: key.tenantId,
      userId: key.userId,
      scopes: scopesWithinRole(key.scopes, role),
      expiresAtMs: key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
      notedAtMs: key.lastUsedAt?.getTime() ?? 0,
      refusal: isGone ? 'gone' : isSuspended ? 'suspended' : undefined,
    }
  },
})

function hashKey(rawKey: string): string {
  return createHash('sha256').update(rawKey).digest('hex')
}

/**
 * Who presents an API key: 401 when it is unknown, expired, revoked or its maker is gone, 403 while the maker
 * or the tenant is suspended. From memory once known; keys are random, so one round of SHA-256 is enough.
 */
export async function verifyKey(ctx: Context, rawKey: string, ip: string): Promise<Caller> {
  if (!keyPattern.test(rawKey)) throw invalidApiKey.create()
  const key = await knownKeys.get(ctx, hashKey(rawKey))
  if (key === undefined || key.refusal === 'gone' || key.expiresAtMs <= ctx.clock.nowMs())
    throw invalidApiKey.create()
  if (key.refusal === 'suspended') throw accountSuspended.create()
  noteUse(ctx, key)
  return { kind: 'key', tenantId: key.tenantId, userId: key.userId, keyId: key.keyId, scopes: key.scopes, ip }
}

/** Whoever makes a key can give it no more than they have themselves. */
function requireOwnScopes(ctx: Context, scopes: readonly Scope[]): string {
  const { caller } = ctx
  if (caller.kind !== 'user' && caller.kind !== 'key') throw forbidden.create()
  // A key would outlive the access that somebody gave a program.
  if (caller.kind === 'key' && caller.isGrant === true)
    throw forbidden.create({ message: 'An OAuth token makes no API keys' })
  const excess = scopes.filter((scope) => !holdsScope(caller.scopes, scope))
  if (excess.length > 0)
    throw scopeEscalation.create({ message: `${scopeEscalation.text}: ${excess.join(' ')}` })
  return caller.userId
}

function newSecret(ctx: Context) {
  const rawKey = `mf_${ctx.ids.token(keyBytes)}`
  return { rawKey, keyHash: hashKey(rawKey), keyPrefix: rawKey.slice(0, prefixLength) }
}

/** When a key that is made ends: what a key makes ends with it at the latest. */
async function expiryOf(ctx: Context, createdAt: Date, days: number | undefined): Promise<Date | null> {
  const asked = days === undefined ? null : new Date(createdAt.getTime() + days * dayMs)
  if (ctx.caller.kind !== 'key') return asked
  const { expiresAt: latest } = await getKey(ctx, ctx.caller.keyId)
  if (asked === null || latest === null || asked <= latest) return asked ?? latest
  throw scopeEscalation.create({ message: 'expires_in_days: a key cannot outlive the key that makes it' })
}

/** Drops what every process knows of a key, and tells who shows keys. */
async function tellChange(
  ctx: Context,
  sql: Sql,
  { tenantId, id: keyId }: Pick<ApiKeyRow, 'tenantId' | 'id'>,
): Promise<void> {
  await publishChange(ctx, sql, [`key:${keyId}`])
  await ctx.events.publish(sql, apiKeyChanged, { tenantId, keyId })
}

/** Makes a key of the caller's user; its secret is shown here and never again. */
export async function createKey(ctx: Context, input: CreateKey): Promise<{ key: ApiKeyRow; rawKey: string }> {
  const userId = requireOwnScopes(ctx, input.scopes)
  const { rawKey, ...secret } = newSecret(ctx)
  const createdAt = ctx.clock.now()
  const expiresAt = await expiryOf(ctx, createdAt, input.expiresInDays)
  const key = await ctx.db.transaction(async (sql) => {
    const inserted = await insertKey(sql, {
      id: ctx.ids.uuid(),
      tenantId: tenantOf(ctx),
      userId,
      name: input.name,
      ...secret,
      scopes: input.scopes,
      expiresAt,
      createdAt,
    })
    if (inserted === undefined) throw new Error('two keys with one hash')
    await tellChange(ctx, sql, inserted)
    return inserted
  })
  return { key, rawKey }
}

/** Keys of the caller's tenant. */
export function getKeys(ctx: Context): Promise<ApiKeyRow[]> {
  return listKeys(ctx.db.sql, tenantOf(ctx))
}

/** One key of the caller's tenant, or 404. */
export async function getKey(ctx: Context, id: string, sql: Sql = ctx.db.sql): Promise<ApiKeyRow> {
  const key = await findKey(sql, tenantOf(ctx), id)
  if (key === undefined) throw unknownThing('API key')
  return key
}

/** Revokes a key on every process; doing it twice is no mistake. */
export async function revokeKey(ctx: Context, id: string): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    const key = await getKey(ctx, id, sql)
    if (key.revokedAt === null) await updateKey(sql, key.tenantId, id, { revokedAt: ctx.clock.now() })
    await tellChange(ctx, sql, key)
  })
}

/** Ends the keys of a person who is removed; those of the environment belong to the oldest owner from then on. */
export async function endKeysOf(ctx: Context, sql: Sql, tenantId: string, userId: string): Promise<void> {
  const heir = await findTenantOwner(sql, tenantId)
  const moved = heir === undefined ? [] : await moveBootstrapKeys(sql, tenantId, userId, heir.id)
  const ended = await revokeUserKeys(sql, tenantId, userId, ctx.clock.now())
  for (const { id } of [...moved, ...ended]) await tellChange(ctx, sql, { tenantId, id })
}

/** Keys that this process gives another secret now. */
const rotations = defineProcessState(() => new Set<string>())

/**
 * Gives a key another secret; the old one stops at once. The caller needs the key's scopes, as if making it. Of several
 * requests at once one is answered with a secret: another's would have stopped before its caller read it.
 */
export async function rotateKey(ctx: Context, id: string): Promise<{ key: ApiKeyRow; rawKey: string }> {
  const inProgress = rotations.of(ctx)
  // The lock is taken before anything is awaited: whoever comes while it is held does not see the secret of the other.
  const lock = `${tenantOf(ctx)} ${id}`
  if (inProgress.has(lock)) throw keyRotatedMeanwhile.create()
  inProgress.add(lock)
  try {
    return await rotateOnce(ctx, id)
  } finally {
    inProgress.delete(lock)
  }
}

async function rotateOnce(ctx: Context, id: string): Promise<{ key: ApiKeyRow; rawKey: string }> {
  const { rawKey, ...secret } = newSecret(ctx)
  const before = await getKey(ctx, id)
  if (before.revokedAt !== null) throw keyRevoked.create()
  // The next start would bring the old secret back.
  if (before.isBootstrap) throw keyOfEnvironment.create()
  requireOwnScopes(ctx, before.scopes)
  const key = await ctx.db.transaction(async (sql) => {
    await tellChange(ctx, sql, before)
    return replaceSecret(sql, before, secret)
  })
  // Another process was quicker, or the key was revoked meanwhile.
  if (key === undefined) throw keyRotatedMeanwhile.create()
  return { key, rawKey }
}

/**
 * Makes sure that the key from the environment exists, with scope `*`, and that an earlier one is gone. Once
 * somebody revoked it, it stays revoked until the environment names another.
 */
export async function ensureBootstrapKey(
  ctx: Context,
  sql: Sql,
  of: { tenantId: string; userId: string },
  rawKey: string,
): Promise<void> {
  const keyHash = hashKey(rawKey)
  await insertKey(sql, {
    id: ctx.ids.uuid(),
    ...of,
    name: 'MOLTFLOW_BOOTSTRAP_API_KEY',
    keyHash,
    keyPrefix: rawKey.slice(0, prefixLength),
    scopes: ['*'],
    isBootstrap: true,
    createdAt: ctx.clock.now(),
  })
  const replaced = await deleteOtherBootstrapKeys(sql, of.tenantId, keyHash)
  if (replaced.length > 0)
    await publishChange(
      ctx,
      sql,
      replaced.map(({ id }) => `key:${id}` as const),
    )
}
