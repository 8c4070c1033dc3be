import { historyAnswer } from '../control/answers.ts'
import { type Route, route } from '../route.ts'
import { historySchema } from './inputs.ts'

/** Operations on histories. */
export const historyRoutes: Route[] = [
  route({
    method: 'PUT',
    path: '/accounts/{phone}/history',
    operation: 'setHistory',
    tag: 'History',
    summary: 'Gives the phone a history that a client gets when it is linked, and older parts on demand',
    body: historySchema,
    maxBodyBytes: 64 * 1024 * 1024,
    answer: historyAnswer,
    run: (simulator, { params, body }) => simulator.setHistory(params.phone ?? '', body),
  }),
]
