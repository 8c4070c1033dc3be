import { type Route, route } from '../route.ts'
import { groupAnswer, newCommunityAnswer } from './answers.ts'
import { communityGroupSchema, communitySchema } from './inputs.ts'

const tag = 'Communities'

/** Operations on communities; otherwise a community is a group among others. */
export const communityRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/communities',
    operation: 'createCommunity',
    tag,
    summary: 'Creates a community with its group for announcements',
    status: 201,
    body: communitySchema,
    answer: newCommunityAnswer,
    run: (simulator, { body }) => simulator.communities.create(body),
  }),
  route({
    method: 'POST',
    path: '/communities/{id}/groups',
    operation: 'changeCommunityGroups',
    tag,
    summary: 'Puts a group into a community, whose members its members become, or takes it out',
    body: communityGroupSchema,
    answer: groupAnswer,
    run: (simulator, { params, body }) => simulator.communities.changeGroup(params.id ?? '', body),
  }),
]
