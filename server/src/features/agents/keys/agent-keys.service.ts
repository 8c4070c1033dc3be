import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { forbidden } from '../../../platform/errors.ts'
import { seal, unseal } from '../../../platform/secrets.ts'
import { toTimestamp } from '../../../wire.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { findTenantUser, requirePassword } from '../../account/users/users.service.ts'
import { graceMs, keyPairMismatch, keyToWire, keyTransferOff } from './agent-keys.schema.ts'
import * as store from './agent-keys.store.ts'
import type { AgentKeyRow, AgentProfileRow } from './agent-keys.tables.ts'
import { generateKeyPair, type KeyPair, publicKeyOf } from './sealing.service.ts'

const purposeOf = (tenantId: string, keyId: string) => `agent key ${tenantId} ${keyId}`

/** A key pair, ready to use. */
export interface OpenedKey extends KeyPair {
  /** Base64. */
  publicText: string
}

function openKey(ctx: Context, row: AgentKeyRow): OpenedKey {
  return {
    publicText: row.publicKey,
    publicKey: Buffer.from(row.publicKey, 'base64'),
    privateKey: unseal(ctx.config, purposeOf(row.tenantId, row.id), row.privateKey),
  }
}

function rowOf(ctx: Context, tenantId: string, pair: KeyPair): AgentKeyRow {
  const id = ctx.ids.uuid()
  return {
    id,
    tenantId,
    publicKey: pair.publicKey.toString('base64'),
    privateKey: seal(ctx.config, purposeOf(tenantId, id), pair.privateKey),
    createdAt: ctx.clock.now(),
    validUntil: null,
  }
}

/** The key pair of a tenant in use; made at first use. */
async function ensureKey(ctx: Context, sql: Sql, tenantId: string): Promise<AgentKeyRow> {
  const known = await store.findKeyInUse(sql, tenantId)
  if (known !== undefined) return known
  const made = await store.insertKey(sql, rowOf(ctx, tenantId, generateKeyPair()))
  const row = made ?? (await store.findKeyInUse(sql, tenantId))
  if (row === undefined) throw new Error('a tenant has no key pair right after one was made')
  return row
}

/** The public key of the caller's tenant. */
export async function getPublicKey(ctx: Context) {
  return keyToWire(await ensureKey(ctx, ctx.db.sql, tenantOf(ctx)), toTimestamp)
}

/** The public key of another tenant as answers carry it; undefined when it has none. */
export async function findPublicKey(ctx: Context, tenantId: string) {
  const row = await store.findKeyInUse(ctx.db.sql, tenantId)
  return row === undefined ? undefined : keyToWire(row, toTimestamp)
}

/** The key pair with which a tenant seals. */
export async function getSealingKey(ctx: Context, tenantId: string): Promise<OpenedKey> {
  return openKey(ctx, await ensureKey(ctx, ctx.db.sql, tenantId))
}

/** A tenant's key pair by its public half, in use or within its grace; undefined when it opens nothing any more. */
export async function findOpeningKey(
  ctx: Context,
  tenantId: string,
  publicKey: string,
): Promise<OpenedKey | undefined> {
  const row = await store.findValidKey(ctx.db.sql, tenantId, publicKey, ctx.clock.now())
  return row === undefined ? undefined : openKey(ctx, row)
}

/** Key pairs that were replaced within their grace: they prove to others that the new one is the same tenant's. */
export async function listReplaced(ctx: Context, tenantId: string): Promise<OpenedKey[]> {
  const rows = await store.listReplacedKeys(ctx.db.sql, tenantId, ctx.clock.now())
  return rows.map((row) => openKey(ctx, row))
}

/** Whether a public key is a tenant's, in use or within its grace. */
export async function isKeyOf(ctx: Context, tenantId: string, publicKey: string): Promise<boolean> {
  return (await store.findValidKey(ctx.db.sql, tenantId, publicKey, ctx.clock.now())) !== undefined
}

/** Puts a key pair in the place of the one in use, which opens messages for another day. */
async function replaceKey(ctx: Context, sql: Sql, tenantId: string, pair: KeyPair) {
  await lockTenant(sql, tenantId)
  const publicKey = pair.publicKey.toString('base64')
  const before = await store.findKeyInUse(sql, tenantId)
  if (before?.publicKey === publicKey) return { row: before, previousUntil: null }
  const previousUntil = before === undefined ? null : new Date(ctx.clock.nowMs() + graceMs)
  if (previousUntil !== null) await store.updateReplacedKey(sql, tenantId, previousUntil)
  const inserted = await store.insertKey(sql, rowOf(ctx, tenantId, pair))
  if (inserted !== undefined) return { row: inserted, previousUntil }
  // It was in use before and is within its grace: it comes back as it is.
  const known = await store.findValidKey(sql, tenantId, publicKey, new Date(0))
  if (known === undefined) throw new Error('a key pair could not be stored')
  await store.updateReusedKey(sql, tenantId, known.id)
  return { row: known, previousUntil }
}

/** A new key pair for the caller's tenant. */
export async function rotateKeys(ctx: Context) {
  const tenantId = tenantOf(ctx)
  const { row, previousUntil } = await ctx.db.transaction((sql) =>
    replaceKey(ctx, sql, tenantId, generateKeyPair()),
  )
  return {
    ...keyToWire(row, toTimestamp),
    previous_key_valid_until: previousUntil === null ? null : toTimestamp(previousUntil),
  }
}

/** How a tenant shows itself. */
export async function getProfile(ctx: Context, tenantId: string): Promise<AgentProfileRow> {
  const known = await store.findProfile(ctx.db.sql, tenantId)
  return known ?? { tenantId, agentName: null, isDiscoverable: false, createdAt: ctx.clock.now() }
}

/** Makes what is missing and takes over what is given; as often as one likes. */
export async function initializeAgent(
  ctx: Context,
  input: { agent_name?: string | undefined; discoverable?: boolean | undefined },
) {
  const tenantId = tenantOf(ctx)
  const { agent_name: agentName, discoverable: isDiscoverable } = input
  const changes = {
    ...(agentName === undefined ? {} : { agentName }),
    ...(isDiscoverable === undefined ? {} : { isDiscoverable }),
  }
  const fresh = { tenantId, agentName: null, isDiscoverable: false, createdAt: ctx.clock.now() }
  const key = await ctx.db.transaction(async (sql) => {
    await store.saveProfile(sql, { ...fresh, ...changes }, changes)
    return ensureKey(ctx, sql, tenantId)
  })
  const profile = await getProfile(ctx, tenantId)
  return {
    initialized: true as const,
    public_key: key.publicKey,
    created_at: toTimestamp(key.createdAt),
    agent_name: profile.agentName,
    discoverable: profile.isDiscoverable,
  }
}

/** A private key leaves or enters only by the owner's hand, with the password, where the installation allows it. */
async function requireTransfer(ctx: Context, password: string | undefined): Promise<void> {
  const { caller } = ctx
  if (caller.kind !== 'user') throw forbidden.create()
  if (!ctx.config.agents.isKeyTransferOn) throw keyTransferOff.create()
  if (password === undefined) return
  const user = await findTenantUser(ctx.db.sql, caller.tenantId, caller.userId)
  if (user === undefined) throw forbidden.create()
  await requirePassword(ctx, user, password)
}

/** Both halves of the key pair in use. */
export async function exportKeyPair(ctx: Context, password: string) {
  await requireTransfer(ctx, password)
  const row = await ensureKey(ctx, ctx.db.sql, tenantOf(ctx))
  const { privateKey } = openKey(ctx, row)
  return { ...keyToWire(row, toTimestamp), private_key: privateKey.toString('base64') }
}

/** Takes a key pair of elsewhere into use; the one before opens messages for another day. */
export async function importKeyPair(
  ctx: Context,
  input: { public_key: string; private_key: string; password?: string | undefined },
) {
  await requireTransfer(ctx, input.password)
  const privateKey = Buffer.from(input.private_key, 'base64')
  const publicKey = publicKeyOf(privateKey)
  if (publicKey.toString('base64') !== input.public_key) throw keyPairMismatch.create()
  const { row } = await ctx.db.transaction((sql) =>
    replaceKey(ctx, sql, tenantOf(ctx), { publicKey, privateKey }),
  )
  return keyToWire(row, toTimestamp)
}

/** Drops what opens nothing any more; for all tenants. */
export function dropEndedKeys(ctx: Context): Promise<void> {
  return store.deleteEndedKeys(ctx.db.sql, ctx.clock.now())
}
