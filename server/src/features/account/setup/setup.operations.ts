import { defineOperation } from '../../../operation.ts'
import { signedInSchema } from '../auth/auth.schema.ts'
import { setupBody, setupDone, setupLinkInvalid } from './setup.schema.ts'
import { setUp } from './setup.service.ts'

const create = defineOperation({
  id: 'setup.create',
  method: 'POST',
  path: '/setup',
  summary: 'Create the first owner and tenant with the token of the set-up link',
  access: 'public',
  body: setupBody,
  success: { status: 201, schema: signedInSchema },
  errors: [setupLinkInvalid, setupDone],
  run(ctx, input) {
    const ip = 'ip' in ctx.caller ? ctx.caller.ip : ''
    return setUp(ctx, input, { ip, userAgent: input.userAgent })
  },
})

export const setupOperations = [create]
