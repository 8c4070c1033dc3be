import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { deletedAnswer, idParams } from '../../../wire.ts'
import { getGrants, revokeGrant } from './grants.service.ts'
import { encodeGrant, grantSchema } from './oauth.schema.ts'

const list = defineOperation({
  id: 'oauth_grants.list',
  method: 'GET',
  path: '/oauth/grants',
  summary: 'Programs that the signed-in user gave access by OAuth, newest first',
  access: 'any',
  keys: 'refused',
  success: { status: 200, schema: z.array(grantSchema) },
  run: async (ctx) => (await getGrants(ctx)).map(encodeGrant),
})

const revoke = defineOperation({
  id: 'oauth_grants.revoke',
  method: 'DELETE',
  path: '/oauth/grants/{id}',
  summary: 'Take the access of a program back; its tokens and streams end at once',
  access: 'any',
  keys: 'refused',
  params: idParams,
  success: { status: 200, schema: deletedAnswer },
  async run(ctx, input) {
    await revokeGrant(ctx, input.id)
    return { status: 'deleted', id: input.id }
  },
})

/** What a person gave to programs. */
export const oauthOperations: readonly Operation[] = [list, revoke]
