import { businessAnswer } from '../groups/answers.ts'
import { type Route, route } from '../route.ts'
import { businessProfileSchema } from './inputs.ts'

const tag = 'Businesses'

/** Operations on profiles of businesses. */
export const businessRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/accounts/{phone}/business',
    operation: 'businessProfile',
    tag,
    summary: 'What a business says about itself, as its owner and clients left it',
    answer: businessAnswer,
    run: (simulator, { params }) => simulator.business.profile(params.phone ?? ''),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/business',
    operation: 'setBusinessProfile',
    tag,
    summary: 'The owner changes the profile; what is not given stays',
    body: businessProfileSchema,
    answer: businessAnswer,
    run: (simulator, { params, body }) => simulator.business.setProfile(params.phone ?? '', body),
  }),
]
