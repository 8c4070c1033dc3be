import { z } from 'zod'
import { ModelError } from '../errors.ts'
import { type Exchange, readJson, send } from '../exchange.ts'
import { isTrait, traits } from '../traits.ts'

const faultInput = z.strictObject({
  trait: z.string().refine(isTrait, { error: `one of ${Object.keys(traits).join(', ')}` }),
  kind: z.enum(['chat', 'embeddings', 'transcription', 'models']).optional(),
  model: z.string().optional(),
  times: z.int().min(1).optional(),
  retryAfterSeconds: z.number().min(0).optional(),
})

async function setFault(exchange: Exchange): Promise<void> {
  const parsed = faultInput.safeParse(await readJson(exchange.request))
  if (!parsed.success) throw new ModelError(400, z.prettifyError(parsed.error))
  exchange.world.faults.set(parsed.data)
  send(exchange, 201, { faults: exchange.world.faults.list() })
}

const operations: Readonly<Record<string, (exchange: Exchange) => void | Promise<void>>> = {
  'GET /control/traits': (exchange) => send(exchange, 200, traits),
  'GET /control/faults': (exchange) => send(exchange, 200, { faults: exchange.world.faults.list() }),
  'POST /control/faults': setFault,
  'DELETE /control/faults': (exchange) => {
    exchange.world.faults.clear()
    send(exchange, 200, { faults: [] })
  },
  'GET /control/log': (exchange) => {
    const kind =
      new URL(exchange.request.url ?? '/', 'http://127.0.0.1').searchParams.get('kind') ?? undefined
    send(exchange, 200, { requests: exchange.world.log.entries(kind) })
  },
  'DELETE /control/log': (exchange) => {
    exchange.world.log.clear()
    send(exchange, 200, { requests: [] })
  },
}

/** Whether a path is one of the control API. */
export const isControl = (path: string): boolean => path.startsWith('/control/')

/** Answers a request to the control API. */
export async function control(exchange: Exchange): Promise<void> {
  const operation = operations[`${exchange.request.method} ${exchange.path}`]
  if (!operation) {
    throw new ModelError(404, `there is no ${exchange.path}, but ${Object.keys(operations).join(', ')}`)
  }
  await operation(exchange)
}
