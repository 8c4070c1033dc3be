import type { ModelError } from '../errors.ts'
import type { Exchange } from '../exchange.ts'

const openAiTypes: Readonly<Record<number, string>> = {
  401: 'invalid_request_error',
  429: 'requests',
  500: 'server_error',
  503: 'server_error',
}

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

function bodyFor(dialect: Exchange['dialect'], { status, message, code }: ModelError): unknown {
  if (dialect === 'anthropic') {
    return { type: 'error', error: { type: anthropicTypes[status] ?? 'api_error', message } }
  }
  if (dialect === 'ollama') return { error: message }
  return {
    error: { message, type: openAiTypes[status] ?? 'invalid_request_error', param: null, code: code ?? null },
  }
}

/** Tells a refusal in the words of the request's dialect. */
export function sendError(exchange: Exchange, error: ModelError): void {
  const { response, dialect } = exchange
  if (response.headersSent || response.destroyed) return void response.destroy()
  // Anthropic has a status of its own for too much to do.
  const status = dialect === 'anthropic' && error.status === 503 ? 529 : error.status
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...error.headers })
  response.end(JSON.stringify(bodyFor(dialect, error)))
}
