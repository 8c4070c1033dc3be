import type { Callback } from '../../feature.ts'
import type { JsonObject, SchemaCollector } from './openapi-schemas.ts'

/** The `webhooks` section: requests that the service makes, by what they are about. */
export function describeCallbacks(callbacks: readonly Callback[], collector: SchemaCollector): JsonObject {
  return Object.fromEntries(
    callbacks.map((callback) => [callback.name, { post: describeCallback(callback, collector) }]),
  )
}

function describeCallback(callback: Callback, collector: SchemaCollector): JsonObject {
  const { name, description, headers, body, example, answers } = callback
  const schema = collector.translate(body, 'output')
  return {
    operationId: name,
    summary: name,
    description,
    tags: ['webhooks'],
    security: [],
    parameters: Object.entries(headers).map(([header, text]) => ({
      name: header,
      in: 'header',
      required: false,
      description: text,
      schema: { type: 'string' },
    })),
    requestBody: { required: true, content: { 'application/json': { schema, example } } },
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, text]) => [status, { description: text }]),
    ),
  }
}
