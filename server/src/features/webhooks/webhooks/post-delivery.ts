import { lookup } from 'node:dns/promises'
import type { Context } from '../../../context.ts'
import {
  AllowList,
  isLocalName,
  isPublicAddress,
  normaliseHost,
  parseAddress,
} from '../../../platform/outgoing/addresses.ts'
import { checkUrl, safeFetch, UrlRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { SecretUnreadableError, seal, sealText, unseal, unsealText } from '../../../platform/secrets.ts'
import {
  type AttemptResult,
  attemptTimeoutMs,
  buildHeaders,
  describeStatus,
  keptResponseBytes,
} from './delivery.ts'

/** Longer answers are cut off, and with them the connection: up to here it stays open for the next delivery. */
const readResponseBytes = 64 * 1024
const resolveTimeoutMs = 1000

/** What is sealed for one row cannot be opened in another. */
const urlPurpose = (webhookId: string) => `webhooks.url:${webhookId}`
const secretPurpose = (webhookId: string) => `webhooks.secret:${webhookId}`
const bodyPurpose = (deliveryId: string) => `webhook_deliveries.body:${deliveryId}`

/** Encrypts an address: many hold a token that is as good as a password. */
export function sealUrl(ctx: Context, webhookId: string, url: string): string {
  return sealText(ctx.config, urlPurpose(webhookId), url)
}

/** Opens what `sealUrl` made; an address of the time before they were sealed is taken as it is. */
export function openUrl(ctx: Context, webhookId: string, stored: string): string {
  return isPlainUrl(stored) ? stored : unsealText(ctx.config, urlPurpose(webhookId), stored)
}

const unreadableText = 'sealed with another installation key'

/** As `openUrl`; under another installation key a list still answers, and says what is the matter. */
export function showUrl(ctx: Context, webhookId: string, stored: string): string {
  try {
    return openUrl(ctx, webhookId, stored)
  } catch (error) {
    if (error instanceof SecretUnreadableError) return `unreadable: ${unreadableText}`
    throw error
  }
}

/** A sealed one is base64, which has no colon. */
const isPlainUrl = (stored: string): boolean => stored.includes(':')

/** Encrypts a webhook's secret; null stays null. */
export function sealSecret(ctx: Context, webhookId: string, secret: string | null): Buffer | null {
  return secret === null ? null : seal(ctx.config, secretPurpose(webhookId), Buffer.from(secret))
}

/** Opens what `sealSecret` made. */
export function openSecret(ctx: Context, webhookId: string, sealed: Buffer | null): string | null {
  return sealed === null ? null : unseal(ctx.config, secretPurpose(webhookId), sealed).toString()
}

/** Encrypts a delivery's body. */
export function sealBody(ctx: Context, deliveryId: string, body: Buffer): Buffer {
  return seal(ctx.config, bodyPurpose(deliveryId), body)
}

/** Opens what `sealBody` made: the same bytes. */
export function openBody(ctx: Context, deliveryId: string, sealed: Buffer): Buffer {
  return unseal(ctx.config, bodyPurpose(deliveryId), sealed)
}

/**
 * Refuses an address that must not be called, also one whose name leads there now. A name that does not resolve is
 * accepted with https: it may be about to exist, and every delivery checks the address that it connects to.
 */
export async function requireAllowedUrl(ctx: Context, text: string): Promise<void> {
  const url = checkUrl(text, ctx.config.outgoingAllow)
  const allow = AllowList.forUrl(ctx.config.outgoingAllow, url)
  const host = normaliseHost(url.hostname)
  if (parseAddress(host) !== undefined || allow.hasHost(host)) return
  const found = (await resolveBriefly(host)).map(parseAddress).filter((address) => address !== undefined)
  const isHttps = url.protocol === 'https:'
  if (found.length === 0 && isLocalName(host)) throw new UrlRefused('The address is private or reserved')
  if (!isHttps && (found.length === 0 || !found.every((address) => allow.hasAddress(address)))) {
    throw new UrlRefused('Only https addresses are allowed')
  }
  if (!found.every((address) => isPublicAddress(address) || allow.hasAddress(address))) {
    throw new UrlRefused('The address is private or reserved')
  }
}

async function resolveBriefly(host: string): Promise<string[]> {
  const timeout = new Promise<[]>((resolve) => {
    AbortSignal.timeout(resolveTimeoutMs).addEventListener('abort', () => resolve([]), { once: true })
  })
  const resolved = lookup(host, { all: true }).then(
    (found) => found.map((entry) => entry.address),
    () => [],
  )
  return Promise.race([resolved, timeout])
}

/** One request. */
export interface Post {
  id: string
  event: string
  /** Opens what is sealed; under another installation key that fails, and with it the attempt. */
  open(): { body: Buffer; url: string; secret: string | null }
  /** Aborts the attempt without a result. */
  signal?: AbortSignal
}

/** Makes one attempt and answers how it went; throws only when `signal` ended it. */
export async function postDelivery(ctx: Context, post: Post): Promise<AttemptResult> {
  const { id, event, signal } = post
  const startedMs = ctx.clock.monotonicMs()
  const durationMs = () => Math.round(ctx.clock.monotonicMs() - startedMs)
  try {
    const { body, url, secret } = post.open()
    const answer = await safeFetch(url, {
      allow: ctx.config.outgoingAllow,
      method: 'POST',
      headers: buildHeaders({ id, event, body, secret, atMs: ctx.clock.nowMs() }),
      body: new Uint8Array(body),
      timeoutMs: attemptTimeoutMs,
      maxBytes: readResponseBytes,
      oversize: 'cut',
      ...(signal === undefined ? {} : { signal }),
    })
    return {
      statusCode: answer.status,
      response: toStoredText(answer.body.subarray(0, keptResponseBytes)),
      retryAfter: answer.headers.get('retry-after'),
      durationMs: durationMs(),
      error: describeStatus(answer.status),
    }
  } catch (error) {
    // The process stops: nobody knows how this attempt would have ended, so it will be made again.
    if (signal?.aborted === true) throw error
    const failure = describeFailure(error)
    return { statusCode: null, response: null, retryAfter: null, durationMs: durationMs(), error: failure }
  }
}

/** PostgreSQL takes no NUL in text; a character that the cut split is dropped. */
function toStoredText(bytes: Buffer): string {
  return bytes
    .toString()
    .replaceAll('\0', '')
    .replace(/\uFFFD+$/, '')
}

/** Why there was no answer, without the URL: it may carry a secret. */
function describeFailure(error: unknown): string {
  if (error instanceof UrlRefused) return error.message
  if (error instanceof SecretUnreadableError)
    return `The address, secret or body cannot be read: ${unreadableText}`
  if (!(error instanceof Error)) return 'The connection failed'
  if (error.name === 'TimeoutError') return `No answer within ${attemptTimeoutMs / 1000} s`
  return `The connection failed: ${findCode(error) ?? error.name}`
}

function findCode(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause instanceof Error ? findCode(error.cause) : undefined
}
