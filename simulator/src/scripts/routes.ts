import { scriptAnswer } from '../control/answers.ts'
import { parse } from '../parsing.ts'
import { type Route, route } from '../route.ts'
import { scriptSchema } from './inputs.ts'

const tag = 'Scripts'

/** Operations on phones that answer by rules. */
export const scriptRoutes: Route[] = [
  route({
    method: 'PUT',
    path: '/accounts/{phone}/script',
    operation: 'script',
    tag,
    summary: 'The phone answers by rules, in place of those it had; the first that fits decides',
    body: scriptSchema,
    maxBodyBytes: 64 * 1024 * 1024,
    answer: scriptAnswer,
    run: (simulator, { params, body }) =>
      simulator.script(params.phone ?? '', parse(scriptSchema, body).rules),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/script',
    operation: 'scriptOf',
    tag,
    summary: 'The rules of the phone, and how often each answered',
    answer: scriptAnswer,
    run: (simulator, { params }) => simulator.scriptOf(params.phone ?? ''),
  }),
]
