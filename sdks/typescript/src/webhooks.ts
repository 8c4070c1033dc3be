import { MoltFlowError } from './errors.ts'
import type { WebhookEvent } from './types.gen.ts'

/** A delivery that is not from the server, or older than it may be. */
export class WebhookVerificationError extends MoltFlowError {
  override name = 'WebhookVerificationError'
}

/** A delivery as it came. */
export interface Delivery {
  /** The raw body: what a JSON parser made of it has other bytes. */
  body: string | Uint8Array
  headers: Headers | Record<string, string | readonly string[] | undefined>
  /** The secret of the webhook, exactly as it was set. */
  secret: string
  /** Seconds by which the clocks may differ, and a delivery may be late; default 300. */
  toleranceSeconds?: number | undefined
  /** Default now. */
  now?: Date | undefined
}

/** Checks the signature (Standard Webhooks) and reads the event. Throws `WebhookVerificationError`. */
export async function verifyWebhook(delivery: Delivery): Promise<WebhookEvent> {
  const { headers, secret, toleranceSeconds = 300, now = new Date() } = delivery
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signatures = headerOf(headers, 'webhook-signature')
  if (id === '' || timestamp === '' || signatures === '')
    throw new WebhookVerificationError(
      'unsigned: webhook-id, webhook-timestamp or webhook-signature is missing',
    )
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookVerificationError('webhook-timestamp is no time')
  const lateSeconds = now.getTime() / 1000 - Number(timestamp)
  if (Math.abs(lateSeconds) > toleranceSeconds) {
    const way = lateSeconds > 0 ? 'old' : 'ahead of this clock'
    throw new WebhookVerificationError(`${Math.round(Math.abs(lateSeconds))} s ${way}: more than is allowed`)
  }
  const body = typeof delivery.body === 'string' ? new TextEncoder().encode(delivery.body) : delivery.body
  const head = new TextEncoder().encode(`${id}.${timestamp}.`)
  const signed = new Uint8Array(head.length + body.length)
  signed.set(head)
  signed.set(body, head.length)
  const key = await importKey(secret)
  for (const signature of signatures.split(' ')) {
    const bytes = signature.startsWith('v1,') ? readBase64(signature.slice(3)) : undefined
    if (bytes !== undefined && (await crypto.subtle.verify('HMAC', key, bytes, signed)))
      return readEvent(body)
  }
  throw new WebhookVerificationError(
    'no signature fits: is it the secret of this webhook, and the body as it came?',
  )
}

function headerOf(headers: Delivery['headers'], name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? ''
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return typeof found === 'string' ? found : (found?.[0] ?? '')
}

/** `whsec_` with base64 of 16 bytes or more is a key of the scheme; any other text is its bytes. */
function importKey(secret: string) {
  const encoded = /^whsec_.{22}/.test(secret) ? readBase64(secret.slice(6)) : undefined
  const bytes = encoded ?? new TextEncoder().encode(secret)
  if (bytes.length === 0) throw new WebhookVerificationError('the secret is empty')
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function readBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function readEvent(body: Uint8Array): WebhookEvent {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as WebhookEvent
  } catch (error) {
    throw new WebhookVerificationError('signed, but no JSON', { cause: error })
  }
}
