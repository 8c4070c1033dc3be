import { defineOperation, type Operation } from '../../../operation.ts'
import { deletedAnswer, idParams } from '../../../wire.ts'
import { roleTooLow } from '../settings/settings.schema.ts'
import {
  changePersonBody,
  lastOwner,
  ownAccount,
  ownerOnly,
  transferBody,
  userInactive,
} from './people.schema.ts'
import { changePerson, removePerson, transferOwnership } from './people.service.ts'
import { colleague, tooManyAttempts, wrongPassword } from './users.schema.ts'

const update = defineOperation({
  id: 'users.update',
  method: 'PATCH',
  path: '/users/{id}',
  summary: 'Change the role of a person, or deactivate and activate them',
  access: ['account:manage'],
  roles: ['owner', 'admin'],
  keys: 'refused',
  params: idParams,
  body: changePersonBody,
  success: { status: 200, schema: colleague },
  errors: [roleTooLow, ownerOnly, lastOwner, ownAccount],
  run: (ctx, { id, role, isActive }) => changePerson(ctx, id, { role, isActive }),
})

const remove = defineOperation({
  id: 'users.remove',
  method: 'DELETE',
  path: '/users/{id}',
  summary: 'Remove a person: logins and own keys end at once',
  access: ['account:manage'],
  roles: ['owner', 'admin'],
  keys: 'refused',
  params: idParams,
  success: { status: 200, schema: deletedAnswer },
  errors: [roleTooLow, ownerOnly, lastOwner, ownAccount],
  async run(ctx, { id }) {
    await removePerson(ctx, id)
    return { status: 'deleted', id }
  },
})

const transfer = defineOperation({
  id: 'users.transfer_ownership',
  method: 'POST',
  path: '/users/{id}/transfer-ownership',
  summary: 'Make somebody else the owner in your place; you stay as an admin',
  access: ['account:manage'],
  roles: ['owner'],
  keys: 'refused',
  params: idParams,
  body: transferBody,
  success: { status: 200, schema: colleague },
  errors: [roleTooLow, ownerOnly, ownAccount, userInactive, wrongPassword, tooManyAttempts],
  run: (ctx, { id, currentPassword }) => transferOwnership(ctx, id, currentPassword),
})

/** What owners and admins do about people. */
export const peopleOperations: readonly Operation[] = [update, remove, transfer]
