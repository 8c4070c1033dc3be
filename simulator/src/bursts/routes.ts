import { z } from 'zod'
import { type Route, routesOf } from '../route.ts'
import type { BurstsFacade } from './facade.ts'
import { burstSchema } from './inputs.ts'

const route = routesOf<BurstsFacade>()

/** Operations on many messages. */
export const burstRoutes: Route<BurstsFacade>[] = [
  route({
    method: 'POST',
    path: '/bursts',
    operation: 'sendBurst',
    tag: 'Messages',
    summary:
      'Many texts to one chat from people in turn, at a steady rate; answers when the last is on its way',
    body: burstSchema,
    answer: z.object({ sent: z.number(), ms: z.number() }),
    run: (bursts, { body }) => bursts.send(body),
  }),
]
