import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { toTimestamp } from '../../../wire.ts'

/** What one delivery sends to its receiver. */
export interface Envelope {
  /** Delivery id: constant over retries and resends, so that receivers can recognise repeats. */
  id: string
  event: string
  /** When the event happened, in milliseconds since the epoch. */
  atMs: number
  data: unknown
}

/** How the receiver answered, or why it did not. */
export interface AttemptResult {
  /** Null when there was no answer. */
  statusCode: number | null
  /** The first 2 KB of the answer. */
  response: string | null
  /** The header as it came. */
  retryAfter: string | null
  durationMs: number
  /** A sentence when the attempt failed; null when it succeeded. Never contains the URL or the body. */
  error: string | null
}

/** What follows from an attempt. */
export type Verdict =
  | { kind: 'delivered' }
  | { kind: 'retry'; afterMs: number }
  /** The schedule is used up. */
  | { kind: 'failed' }
  /** The receiver said that the address is gone for good. */
  | { kind: 'gone' }

/** Milliseconds an attempt may take, from connecting to the end of the answer. */
export const attemptTimeoutMs = 10_000
/** Bytes of the answer that are kept. */
export const keptResponseBytes = 2048
/** Failing this long without a success deactivates a webhook. */
export const maxFailingMs = 120 * 3_600_000
/** Failures further apart than this are separate incidents: they do not add up to constant failure. */
export const incidentGapMs = 48 * 3_600_000

/**
 * A probe follows a failure after a tenth of the time that the endpoint has failed, so that a receiver that was away for
 * a minute is found in a few seconds, and one that was away for hours within one.
 */
export const probeRhythm = { incidentGapMs, part: 0.1, leastMs: 5000, mostMs: 40_000 }
/** An endpoint with so many strikes is down: what is new waits until it works again. */
export const downAtStrikes = 12
const strikes = { unreachable: 4, refused: 2 }
/** Answers of those that stand in front of a program, or of one that has no time: about the endpoint, not the delivery. */
const unavailable: ReadonlySet<number> = new Set([429, 502, 503, 504])

const maxRetryAfterMs = 24 * 3_600_000
const standardPrefix = 'whsec_'
/** Base64 of 16 bytes without its padding. */
const minKeyCharacters = 22

/** The exact bytes that are stored, signed and sent. */
export function buildBody(envelope: Envelope): Buffer {
  const { id, event, atMs, data } = envelope
  return Buffer.from(JSON.stringify({ id, event, timestamp: toTimestamp(new Date(atMs)), data }))
}

function makeSigner(secret: string): Webhook {
  return readStandardSecret(secret) ?? new Webhook(Buffer.from(secret), { format: 'raw' })
}

/**
 * The signer of a Standard Webhooks secret: `whsec_` before base64 of a key, which has 16 bytes at least. Undefined for
 * any other text, `whsec_my_secret` and `whsec_secret` included: it is used as its bytes. What is base64 the published
 * package decides, since receivers ask it too.
 */
function readStandardSecret(secret: string): Webhook | undefined {
  if (!secret.startsWith(standardPrefix) || secret.length < standardPrefix.length + minKeyCharacters)
    return undefined
  try {
    return new Webhook(secret)
  } catch {
    return undefined
  }
}

/**
 * Lower-case hex HMAC-SHA256 of the raw body. The key is the secret's text as its owner typed it, `whsec_` included:
 * whoever checks this header by hand should not need to know about the other scheme.
 */
export function signHex(secret: string, body: Uint8Array): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}

/** The `webhook-signature` of https://www.standardwebhooks.com, so that published verifiers work. */
export function signStandard(secret: string, id: string, atMs: number, body: Buffer): string {
  return makeSigner(secret).sign(id, new Date(atMs), body)
}

/** Headers of one attempt. The time is the attempt's, because verifiers refuse old signatures. */
export function buildHeaders(input: {
  id: string
  event: string
  body: Buffer
  secret: string | null
  atMs: number
}): Record<string, string> {
  const { id, event, body, secret, atMs } = input
  const seconds = String(Math.floor(atMs / 1000))
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'MoltFlow-Webhooks/1',
    'x-webhook-event': event,
    'x-webhook-delivery': id,
    'x-webhook-timestamp': seconds,
  }
  if (secret === null) return headers
  return {
    ...headers,
    'x-webhook-signature': signHex(secret, body),
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': signStandard(secret, id, atMs, body),
  }
}

/** What a status means in words; null for success. */
export function describeStatus(statusCode: number): string | null {
  if (statusCode >= 200 && statusCode < 300) return null
  if (statusCode >= 300 && statusCode < 400) return `HTTP ${statusCode}: redirects are not followed`
  return `HTTP ${statusCode}`
}

/** `Retry-After` in milliseconds from now: seconds or an HTTP date, at most a day; undefined when unreadable. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined
  const text = header.trim()
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), maxRetryAfterMs)
}

/** Whether an answer, or its want, is about the endpoint and not about what was delivered. */
export function isUnreachable(statusCode: number | null): boolean {
  return statusCode === null || unavailable.has(statusCode)
}

/** What a failure adds to what speaks for an endpoint that is down: three that got no answer, or six that were refused. */
export function weighFailure(statusCode: number | null): number {
  return isUnreachable(statusCode) ? strikes.unreachable : strikes.refused
}

/**
 * Decides what follows from an attempt.
 * `failedBefore` counts the failures of this round (a resend starts a new one); `random` is in [0, 1).
 */
export function classify(
  result: AttemptResult,
  round: { failedBefore: number; retrySeconds: readonly number[]; random: number; nowMs: number },
): Verdict {
  if (result.error === null) return { kind: 'delivered' }
  if (result.statusCode === 410) return { kind: 'gone' }
  const seconds = round.retrySeconds[round.failedBefore]
  if (seconds === undefined) return { kind: 'failed' }
  // 20 % either way, so that an endpoint that comes back is not hit by everything in the same second.
  const jittered = seconds * 1000 * (0.8 + 0.4 * round.random)
  const asked = parseRetryAfter(result.retryAfter, round.nowMs) ?? 0
  return { kind: 'retry', afterMs: Math.round(Math.max(jittered, asked)) }
}
