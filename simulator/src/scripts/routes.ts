import { z } from 'zod'
import { parse } from '../parsing.ts'
import { type Route, routesOf } from '../route.ts'
import type { ScriptsFacade } from './facade.ts'
import { scriptSchema } from './inputs.ts'

const route = routesOf<ScriptsFacade>()

const scriptAnswer = z.array(z.object({ rule: z.unknown(), answered: z.number() }))

const tag = 'Scripts'

/** Operations on phones that answer by rules. */
export const scriptRoutes: Route<ScriptsFacade>[] = [
  route({
    method: 'PUT',
    path: '/accounts/{phone}/script',
    operation: 'script',
    tag,
    summary: 'The phone answers by rules, in place of those it had; the first that fits decides',
    body: scriptSchema,
    maxBodyBytes: 64 * 1024 * 1024,
    answer: scriptAnswer,
    run: (scripts, { params, body }) => scripts.set(params.phone ?? '', parse(scriptSchema, body).rules),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/script',
    operation: 'scriptOf',
    tag,
    summary: 'The rules of the phone, and how often each answered',
    answer: scriptAnswer,
    run: (scripts, { params }) => scripts.of(params.phone ?? ''),
  }),
]
