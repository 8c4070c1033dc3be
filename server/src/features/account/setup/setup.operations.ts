import { defineOperation } from '../../../operation.ts'
import { signedInSchema } from '../auth/auth.schema.ts'
import { answerTokens } from '../auth/token-cookie.service.ts'
import { recoverPassword } from './recovery.service.ts'
import {
  recoverBody,
  recoveryLinkInvalid,
  setupBody,
  setupDone,
  setupLinkInvalid,
  setupState,
} from './setup.schema.ts'
import { isSetUp, setUp } from './setup.service.ts'

const create = defineOperation({
  id: 'setup.create',
  method: 'POST',
  path: '/setup',
  summary: 'Create the first owner and tenant with the token of the set-up link',
  access: 'public',
  body: setupBody,
  success: { status: 201, schema: signedInSchema },
  errors: [setupLinkInvalid, setupDone],
  takesRefreshCookie: true,
  async run(ctx, input) {
    const ip = 'ip' in ctx.caller ? ctx.caller.ip : ''
    return answerTokens(ctx, 201, await setUp(ctx, input, { ip, userAgent: input.userAgent }), input)
  },
})

const getState = defineOperation({
  id: 'setup.get',
  method: 'GET',
  path: '/setup',
  summary: 'Tell whether set-up is done',
  access: 'public',
  success: { status: 200, schema: setupState },
  run: async (ctx) => ({ is_done: await isSetUp(ctx) }),
})

const recover = defineOperation({
  id: 'setup.recover',
  method: 'POST',
  path: '/setup/recover',
  summary: 'Choose a new password with the token of a recovery link',
  access: 'public',
  body: recoverBody,
  success: { status: 200, schema: signedInSchema },
  errors: [recoveryLinkInvalid],
  takesRefreshCookie: true,
  async run(ctx, input) {
    const ip = 'ip' in ctx.caller ? ctx.caller.ip : ''
    const tokens = await recoverPassword(ctx, input, { ip, userAgent: input.userAgent })
    return answerTokens(ctx, 200, tokens, input)
  },
})

export const setupOperations = [getState, create, recover]
