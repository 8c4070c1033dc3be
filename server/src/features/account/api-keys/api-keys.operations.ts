import { z } from 'zod'
import { defineOperation } from '../../../operation.ts'
import { deletedAnswer, idParams } from '../../../wire.ts'
import {
  createKeyBody,
  encodeKey,
  encodeScopes,
  keyOfEnvironment,
  keyRevoked,
  keyRotatedMeanwhile,
  keySchema,
  newKeySchema,
  scopeEscalation,
  scopesSchema,
} from './api-keys.schema.ts'
import { createKey, getKey, getKeys, revokeKey, rotateKey } from './api-keys.service.ts'

const list = defineOperation({
  id: 'api_keys.list',
  method: 'GET',
  path: '/api-keys',
  summary: 'API keys of the tenant, without their secrets',
  access: ['settings:manage'],
  success: { status: 200, schema: z.array(keySchema) },
  async run(ctx) {
    const now = ctx.clock.now()
    return (await getKeys(ctx)).map((key) => encodeKey(key, now))
  },
})

const create = defineOperation({
  id: 'api_keys.create',
  method: 'POST',
  path: '/api-keys',
  summary: 'Create an API key; its secret is shown once',
  access: ['settings:manage'],
  body: createKeyBody,
  success: { status: 201, schema: newKeySchema },
  errors: [scopeEscalation],
  async run(ctx, input) {
    const { key, rawKey } = await createKey(ctx, input)
    return { ...encodeKey(key, ctx.clock.now()), raw_key: rawKey }
  },
})

const scopes = defineOperation({
  id: 'api_keys.scopes',
  method: 'GET',
  path: '/api-keys/scopes',
  summary: 'Every scope a key can have, and the presets',
  access: 'any',
  success: { status: 200, schema: scopesSchema },
  run: async () => encodeScopes(),
})

const get = defineOperation({
  id: 'api_keys.get',
  method: 'GET',
  path: '/api-keys/{id}',
  summary: 'One API key, without its secret',
  access: ['settings:manage'],
  params: idParams,
  success: { status: 200, schema: keySchema },
  run: async (ctx, input) => encodeKey(await getKey(ctx, input.id), ctx.clock.now()),
})

const revoke = defineOperation({
  id: 'api_keys.revoke',
  method: 'DELETE',
  path: '/api-keys/{id}',
  summary: 'Revoke an API key at once',
  access: ['settings:manage'],
  params: idParams,
  success: { status: 200, schema: deletedAnswer },
  async run(ctx, input) {
    await revokeKey(ctx, input.id)
    return { status: 'deleted', id: input.id }
  },
})

const rotate = defineOperation({
  id: 'api_keys.rotate',
  method: 'POST',
  path: '/api-keys/{id}/rotate',
  summary: 'Give an API key a new secret; the old one stops working at once',
  access: ['settings:manage'],
  params: idParams,
  success: { status: 200, schema: newKeySchema },
  errors: [keyRevoked, keyOfEnvironment, scopeEscalation, keyRotatedMeanwhile],
  async run(ctx, input) {
    const { key, rawKey } = await rotateKey(ctx, input.id)
    return { ...encodeKey(key, ctx.clock.now()), raw_key: rawKey }
  },
})

export const apiKeysOperations = [list, create, scopes, get, revoke, rotate]
