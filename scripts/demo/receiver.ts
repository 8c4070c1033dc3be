import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { Webhook } from 'standardwebhooks'

/** A webhook as it came in, with what the check of its signatures said. */
export interface Delivery {
  event: string
  data: Record<string, unknown>
  isVerified: boolean
}

/** `X-Webhook-Signature`: lower-case hex HMAC-SHA256 over the raw body. */
function isHexSignatureRight(raw: string, headers: IncomingHttpHeaders, secret: string): boolean {
  const given = Buffer.from(String(headers['x-webhook-signature'] ?? ''))
  const wanted = Buffer.from(createHmac('sha256', secret).update(raw).digest('hex'))
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** The headers of Standard Webhooks, checked by the published library. */
function isStandardSignatureRight(raw: string, headers: IncomingHttpHeaders, secret: string): boolean {
  const wanted = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
  try {
    new Webhook(secret).verify(
      raw,
      Object.fromEntries(wanted.map((name) => [name, String(headers[name] ?? '')])),
    )
    return true
  } catch {
    return false
  }
}

/** Listens on a free loopback port and reports every delivery; refuses what is not signed in both ways. */
export async function startReceiver(
  secret: string,
  report: (delivery: Delivery) => void,
): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    let raw = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      raw += chunk
    })
    request.on('end', () => {
      const isVerified =
        isHexSignatureRight(raw, request.headers, secret) &&
        isStandardSignatureRight(raw, request.headers, secret)
      response.writeHead(isVerified ? 204 : 401).end()
      report({ ...readBody(raw), isVerified })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${port}/webhooks`, server }
}

function readBody(raw: string): { event: string; data: Record<string, unknown> } {
  try {
    const body = JSON.parse(raw) as { event?: string; data?: Record<string, unknown> }
    return { event: body.event ?? 'unknown', data: body.data ?? {} }
  } catch {
    return { event: 'not JSON', data: {} }
  }
}
