import { z } from 'zod'
import { chatAnswer } from '../answer-fields.ts'
import { type Route, routesOf } from '../route.ts'
import type { HistoryFacade } from './facade.ts'
import { historySchema } from './inputs.ts'

const route = routesOf<HistoryFacade>()

const historyAnswer = z.object({
  chats: z.array(
    z.object({ chat: chatAnswer, messages: z.array(z.string()).meta({ description: 'newest first' }) }),
  ),
})

/** Operations on histories. */
export const historyRoutes: Route<HistoryFacade>[] = [
  route({
    method: 'PUT',
    path: '/accounts/{phone}/history',
    operation: 'setHistory',
    tag: 'History',
    summary: 'Gives the phone a history that a client gets when it is linked, and older parts on demand',
    body: historySchema,
    maxBodyBytes: 64 * 1024 * 1024,
    answer: historyAnswer,
    run: (history, { params, body }) => history.set(params.phone ?? '', body),
  }),
]
