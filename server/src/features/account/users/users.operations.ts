import { defineOperation } from '../../../operation.ts'
import {
  emailTaken,
  meSchema,
  signInRequired,
  tooManyAttempts,
  updateMeBody,
  usersAnswer,
  usersQuery,
  wrongPassword,
} from './users.schema.ts'
import { getMe, listColleagues, updateMe } from './users.service.ts'

const getOwn = defineOperation({
  id: 'users.get_me',
  method: 'GET',
  path: '/users/me',
  summary: 'The own user with its tenant; through an API key its creator',
  access: 'any',
  success: { status: 200, schema: meSchema },
  run: (ctx) => getMe(ctx),
})

const getSignedIn = defineOperation({
  id: 'auth.me',
  method: 'GET',
  path: '/auth/me',
  summary: 'Who is signed in, with the tenant; through an API key its creator',
  access: 'any',
  success: { status: 200, schema: meSchema },
  run: (ctx) => getMe(ctx),
})

const list = defineOperation({
  id: 'users.list',
  method: 'GET',
  path: '/users',
  summary: 'The people of the tenant, for whoever is signed in as one of them',
  access: 'any',
  keys: 'refused',
  query: usersQuery,
  success: { status: 200, schema: usersAnswer },
  run: (ctx, input) => listColleagues(ctx, input),
})

const updateOwn = defineOperation({
  id: 'users.update_me',
  method: 'PATCH',
  path: '/users/me',
  summary:
    'Change own name, e-mail address or password; address and password need the current one and no key, another password ends all other logins',
  access: ['account:manage'],
  body: updateMeBody,
  success: { status: 200, schema: meSchema },
  errors: [wrongPassword, signInRequired, emailTaken, tooManyAttempts],
  run: (ctx, input) => updateMe(ctx, input),
})

export const usersOperations = [list, getOwn, getSignedIn, updateOwn]
