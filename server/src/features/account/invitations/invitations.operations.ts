import { defineOperation, type Operation } from '../../../operation.ts'
import { deletedAnswer, idParams } from '../../../wire.ts'
import { signedInSchema } from '../auth/auth.schema.ts'
import { answerTokens } from '../auth/token-cookie.service.ts'
import { roleTooLow } from '../settings/settings.schema.ts'
import { ownerOnly } from '../users/people.schema.ts'
import { emailTaken } from '../users/users.schema.ts'
import {
  acceptBody,
  invitationInvalid,
  invitationsAnswer,
  invitationsQuery,
  inviteBody,
  invitedSchema,
  openBody,
  openedAnswer,
} from './invitations.schema.ts'
import {
  acceptInvitation,
  getInvitations,
  invite,
  openInvitation,
  withdrawInvitation,
} from './invitations.service.ts'

const list = defineOperation({
  id: 'invitations.list',
  method: 'GET',
  path: '/invitations',
  summary: 'List the invitations that nobody accepted yet',
  access: ['account:manage'],
  keys: 'refused',
  query: invitationsQuery,
  success: { status: 200, schema: invitationsAnswer },
  run: (ctx, input) => getInvitations(ctx, input),
})

const create = defineOperation({
  id: 'invitations.create',
  method: 'POST',
  path: '/invitations',
  summary: 'Invite a person by a link that works once; an older link of the same address ends',
  access: ['account:manage'],
  roles: ['owner', 'admin'],
  keys: 'refused',
  body: inviteBody,
  success: { status: 201, schema: invitedSchema },
  errors: [roleTooLow, ownerOnly, emailTaken],
  run: (ctx, { email, role, expiresInDays }) => invite(ctx, { email, role, expiresInDays }),
})

const withdraw = defineOperation({
  id: 'invitations.withdraw',
  method: 'DELETE',
  path: '/invitations/{id}',
  summary: 'Take an invitation back: its link ends',
  access: ['account:manage'],
  roles: ['owner', 'admin'],
  keys: 'refused',
  params: idParams,
  success: { status: 200, schema: deletedAnswer },
  errors: [roleTooLow],
  async run(ctx, { id }) {
    await withdrawInvitation(ctx, id)
    return { status: 'deleted', id }
  },
})

const open = defineOperation({
  id: 'invitations.open',
  method: 'POST',
  path: '/invitations/open',
  summary: 'Tell where an invitation leads',
  access: 'public',
  body: openBody,
  success: { status: 200, schema: openedAnswer },
  errors: [invitationInvalid],
  run: (ctx, { token }) => openInvitation(ctx, token),
})

const accept = defineOperation({
  id: 'invitations.accept',
  method: 'POST',
  path: '/invitations/accept',
  summary: 'Join the tenant of an invitation with a name and a password, and sign in',
  access: 'public',
  body: acceptBody,
  success: { status: 201, schema: signedInSchema },
  errors: [invitationInvalid, emailTaken],
  takesRefreshCookie: true,
  async run(ctx, input) {
    const ip = 'ip' in ctx.caller ? ctx.caller.ip : ''
    const tokens = await acceptInvitation(ctx, input, { ip, userAgent: input.userAgent })
    return answerTokens(ctx, 201, tokens, input)
  },
})

/** Inviting people, and joining. */
export const invitationOperations: readonly Operation[] = [list, create, withdraw, open, accept]
