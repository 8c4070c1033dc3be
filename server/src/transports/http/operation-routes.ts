import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods, RouteOptions } from 'fastify'
import type { AccessPolicy } from '../../access.ts'
import type { Context } from '../../context.ts'
import type { Operation, UploadedFile } from '../../operation.ts'
import { runOperation } from '../call-operation.ts'
import { sendResult } from './answers.ts'
import { methodNotAllowed } from './errors.ts'
import { createFormReader } from './form-fields.ts'
import type { Gatekeeper } from './gatekeeper.ts'
import { decodeBody, refuseCharset } from './request-text.ts'
import { charsetOf } from './requests.ts'
import { acceptForms, admittedContext, createEarlyAdmission, readForm } from './uploads.ts'

/** Where the whole API lives. */
export const basePath = '/api/v2'

const servedMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** `/webhooks/{id}` as the router writes it. */
export function routePath(path: string): string {
  return basePath + path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** The operations under all their paths: those of older releases are served as well. */
export function withAliases(operations: readonly Operation[]): Operation[] {
  return operations.flatMap((operation) => [
    operation,
    ...(operation.aliases ?? []).map((path) => ({ ...operation, path })),
  ])
}

/** Adds a route for every operation. */
export async function addOperationRoutes(
  http: FastifyInstance,
  operations: readonly Operation[],
  gatekeeper: Gatekeeper,
  policy: AccessPolicy,
): Promise<void> {
  for (const operation of operations) {
    if (operation.upload === undefined)
      http.route(routeOf(operation, createHandler(operation, gatekeeper, policy, operations)))
  }
  // Forms have a parser of their own, which must not change how other bodies are read.
  await http.register((inner, _options, done) => {
    acceptForms(inner)
    const admitEarly = createEarlyAdmission(gatekeeper)
    for (const operation of operations) {
      if (operation.upload === undefined) continue
      const handler = createUploadHandler(operation, operation.upload.maxFileBytes, policy)
      inner.route({ ...routeOf(operation, handler), ...admitEarly(operation) })
    }
    done()
  })
}

function routeOf(operation: Operation, handler: RouteOptions['handler']): RouteOptions {
  const limit = operation.maxBodyBytes === undefined ? {} : { bodyLimit: operation.maxBodyBytes }
  return { method: operation.method, url: routePath(operation.path), ...limit, handler }
}

function createHandler(
  operation: Operation,
  gatekeeper: Gatekeeper,
  policy: AccessPolicy,
  operations: readonly Operation[],
) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const base = await gatekeeper.admit(request, reply, operation)
    try {
      return await answer(operation, policy, base, request, reply, undefined, operations)
    } catch (error) {
      await gatekeeper.countRefusal(request, reply, operation, error)
      throw error
    }
  }
}

function createUploadHandler(operation: Operation, maxFileBytes: number, policy: AccessPolicy) {
  const readFields = createFormReader(operation.body)
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const base = admittedContext(request)
    const read = await readForm(request, base.config.dataDir, maxFileBytes)
    if (read === undefined) return answer(operation, policy, base, request, reply)
    try {
      const { fields, file } = read.form
      return await answer(operation, policy, base, request, reply, { fields: readFields(fields), file })
    } finally {
      await read.drop()
    }
  }
}

async function answer(
  operation: Operation,
  policy: AccessPolicy,
  base: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  form?: { fields: Record<string, unknown>; file: UploadedFile | undefined },
  operations: readonly Operation[] = [],
): Promise<FastifyReply> {
  const { params, headers } = request
  const query = request.query as Record<string, unknown>
  const result = await runOperation(policy, base, operation, {
    door: 'rest',
    requestId: request.id,
    input: { params, query, body: takeBody(request), fields: form?.fields },
    headers,
    upload: form?.file,
    operations,
  })
  return sendResult(reply, operation, result)
}

/** The body as text; its bytes are let go, because those of a large file would be held a second time. */
function takeBody(request: FastifyRequest): string {
  const { body } = request
  if (!Buffer.isBuffer(body)) return ''
  request.body = undefined
  refuseCharset(charsetOf(request))
  return decodeBody(body)
}

/** Answers 405 with `Allow` on every path that is served for other methods only. */
export function addMethodRefusals(
  http: FastifyInstance,
  served: readonly { method: string; path: string }[],
): void {
  const byShape = new Map<string, { path: string; methods: Set<string> }>()
  for (const { method, path } of served) {
    const shape = path.replaceAll(/\{\w+\}/g, '{}')
    const entry = byShape.get(shape) ?? { path, methods: new Set<string>() }
    byShape.set(shape, entry)
    entry.methods.add(method)
    if (method === 'GET') entry.methods.add('HEAD')
  }
  for (const { path, methods } of byShape.values()) {
    const allow = [...methods].sort().join(', ')
    const unserved = servedMethods.filter((method) => !methods.has(method))
    if (unserved.length === 0) continue
    http.route({
      method: unserved,
      url: routePath(path),
      exposeHeadRoute: false,
      handler: async () => {
        throw methodNotAllowed.create({ headers: { allow } })
      },
    })
  }
}
