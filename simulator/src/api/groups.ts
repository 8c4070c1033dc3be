import { groupSchema, membersSchema } from '../inputs/groups.ts'
import { type Route, route } from './route.ts'

const tag = 'Groups'

/** Operations on groups. */
export const groupRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/groups',
    operation: 'createGroup',
    tag,
    summary: 'Creates a group',
    status: 201,
    body: groupSchema,
    run: (simulator, { body }) => simulator.createGroup(body),
  }),
  route({
    method: 'POST',
    path: '/groups/{id}/members',
    operation: 'changeGroupMembers',
    tag,
    summary: 'Adds, removes, promotes or demotes members, in the name of the owner',
    body: membersSchema,
    run: (simulator, { params, body }) => simulator.changeGroupMembers(params.id ?? '', body),
  }),
]
