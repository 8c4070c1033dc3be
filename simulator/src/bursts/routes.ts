import { z } from 'zod'
import { type Route, route } from '../route.ts'
import { burstSchema } from './inputs.ts'

/** Operations on many messages. */
export const burstRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/bursts',
    operation: 'sendBurst',
    tag: 'Messages',
    summary:
      'Many texts to one chat from people in turn, at a steady rate; answers when the last is on its way',
    body: burstSchema,
    answer: z.object({ sent: z.number(), ms: z.number() }),
    run: (simulator, { body }) => simulator.bursts.send(body),
  }),
]
