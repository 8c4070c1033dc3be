import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Context } from '../../../context.ts'
import { endGrant, grantMs } from './grants.service.ts'
import {
  consumeRecord,
  deleteRecord,
  deleteRecordsOf,
  extendClient,
  extendGrant,
  findGrantByHash,
  findRecord,
  findRecordByUid,
  updateGrantPayload,
  upsertRecord,
} from './oauth.store.ts'
import type { RecordRow } from './oauth.tables.ts'
import { hashId, openPayload, sealPayload } from './records.ts'

const dayMs = 86_400_000
/** How long a client is remembered that registered and never came back. */
const unusedClientMs = 7 * dayMs
/** How long one that was used is: longer than any grant of its. */
const usedClientMs = 180 * dayMs

/** Whose an account id of the authorization server is. */
export function readAccountId(accountId: string): { tenantId: string; userId: string } {
  const [tenantId = '', userId = ''] = accountId.split('.')
  return { tenantId, userId }
}

/** An account id of the authorization server. */
export function accountIdOf({ tenantId, userId }: { tenantId: string; userId: string }): string {
  return `${tenantId}.${userId}`
}

/** Keeps one kind of what the authorization server remembers. `refuse` makes its error for what was used before. */
export function createRecordAdapter(contextOf: () => Context, kind: string, refuse: () => Error): Adapter {
  if (kind === 'Grant') return createGrantAdapter(contextOf)
  const read = (ctx: Context, row: RecordRow | undefined): AdapterPayload | undefined => {
    const payload = row === undefined ? undefined : openPayload(ctx, kind, row.idHash, row.payload)
    if (row === undefined || payload === undefined) return undefined
    return row.consumedAt === null ? payload : { ...payload, consumed: true }
  }
  return {
    async upsert(id, payload, expiresIn = 0) {
      const ctx = contextOf()
      const idHash = hashId(id)
      const now = ctx.clock.now()
      const lifeMs = expiresIn > 0 ? expiresIn * 1000 : unusedClientMs
      const grantHash = payload.grantId === undefined ? null : hashId(payload.grantId)
      const hasUser = kind === 'Session' && typeof payload.accountId === 'string'
      await upsertRecord(ctx.db.sql, {
        kind,
        idHash,
        grantHash: kind === 'Interaction' ? null : grantHash,
        uidHash: payload.uid === undefined ? null : hashId(payload.uid),
        userId: hasUser ? readAccountId(payload.accountId ?? '').userId : null,
        payload: sealPayload(ctx, kind, idHash, payload),
        createdAt: now,
        expiresAt: new Date(now.getTime() + lifeMs),
      })
      if (kind !== 'RefreshToken' || grantHash === null) return
      await extendGrant(ctx.db.sql, grantHash, new Date(now.getTime() + grantMs))
      if (payload.clientId !== undefined)
        await extendClient(ctx.db.sql, hashId(payload.clientId), new Date(now.getTime() + usedClientMs))
    },
    async find(id) {
      const ctx = contextOf()
      return read(ctx, await findRecord(ctx.db.sql, kind, hashId(id), ctx.clock.now()))
    },
    async findByUid(uid) {
      const ctx = contextOf()
      return read(ctx, await findRecordByUid(ctx.db.sql, kind, hashId(uid), ctx.clock.now()))
    },
    findByUserCode: async () => undefined,
    async consume(id) {
      const ctx = contextOf()
      const idHash = hashId(id)
      const now = ctx.clock.now()
      if (await consumeRecord(ctx.db.sql, kind, idHash, now)) return
      // Another request was first, with the same code or token: one of the two has stolen it.
      const row = await findRecord(ctx.db.sql, kind, idHash, now)
      if (typeof row?.grantHash === 'string') await endGrant(ctx, row.grantHash, 'used twice')
      throw refuse()
    },
    async destroy(id) {
      await deleteRecord(contextOf().db.sql, kind, hashId(id))
    },
    async revokeByGrantId(grantId) {
      await deleteRecordsOf(contextOf().db.sql, [hashId(grantId)], kind)
    },
  }
}

/** Grants stand in a table of their own, where people see them; they are made before the authorization server saves them. */
function createGrantAdapter(contextOf: () => Context): Adapter {
  return {
    async upsert(id, payload) {
      const ctx = contextOf()
      const grantHash = hashId(id)
      await updateGrantPayload(ctx.db.sql, grantHash, sealPayload(ctx, 'Grant', grantHash, payload))
    },
    async find(id) {
      const ctx = contextOf()
      const grantHash = hashId(id)
      const grant = await findGrantByHash(ctx.db.sql, grantHash)
      if (grant === undefined || grant.revokedAt !== null || grant.payload === null) return undefined
      if (grant.expiresAt <= ctx.clock.now()) return undefined
      return openPayload(ctx, 'Grant', grantHash, grant.payload)
    },
    /** The authorization server ends a grant when one of its codes or tokens comes twice. */
    async destroy(id) {
      const ctx = contextOf()
      ctx.log.warn({}, 'an OAuth code or token was used twice; the access has ended')
      await endGrant(ctx, hashId(id), 'used twice')
    },
    consume: async () => undefined,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    revokeByGrantId: async () => undefined,
  }
}
