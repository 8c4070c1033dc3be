import { type Route, routesOf } from '../route.ts'
import { groupAnswer, newCommunityAnswer } from './answers.ts'
import type { CommunitiesFacade } from './communities-facade.ts'
import { communityGroupSchema, communitySchema } from './inputs.ts'

const route = routesOf<CommunitiesFacade>()

const tag = 'Communities'

/** Operations on communities; otherwise a community is a group among others. */
export const communityRoutes: Route<CommunitiesFacade>[] = [
  route({
    method: 'POST',
    path: '/communities',
    operation: 'createCommunity',
    tag,
    summary: 'Creates a community with its group for announcements',
    status: 201,
    body: communitySchema,
    answer: newCommunityAnswer,
    run: (communities, { body }) => communities.create(body),
  }),
  route({
    method: 'POST',
    path: '/communities/{id}/groups',
    operation: 'changeCommunityGroups',
    tag,
    summary: 'Puts a group into a community, whose members its members become, or takes it out',
    body: communityGroupSchema,
    answer: groupAnswer,
    run: (communities, { params, body }) => communities.changeGroup(params.id ?? '', body),
  }),
]
