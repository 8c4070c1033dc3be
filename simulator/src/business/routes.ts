import { type Route, routesOf } from '../route.ts'
import type { BusinessFacade } from './facade.ts'
import { businessProfileSchema } from './inputs.ts'

const route = routesOf<BusinessFacade>()

const tag = 'Businesses'

/** Operations on profiles of businesses. */
export const businessRoutes: Route<BusinessFacade>[] = [
  route({
    method: 'GET',
    path: '/accounts/{phone}/business',
    operation: 'businessProfile',
    tag,
    summary: 'What a business says about itself, as its owner and clients left it',
    answer: businessProfileSchema,
    run: (business, { params }) => business.profile(params.phone ?? ''),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/business',
    operation: 'setBusinessProfile',
    tag,
    summary: 'The owner changes the profile; what is not given stays',
    body: businessProfileSchema,
    answer: businessProfileSchema,
    run: (business, { params, body }) => business.setProfile(params.phone ?? '', body),
  }),
]
