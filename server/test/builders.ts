import type { InboundMessage, StateChange } from '../src/engine/events.ts'
import type { ApiClient, Reply } from './api-client.ts'

let count = 0

/** A number that no other builder of this file's process got. */
export function nextNumber(): number {
  count += 1
  return count
}

/** A phone number nobody has, digits only. */
export function buildPhone(): string {
  return `1555${String(1_000_000 + nextNumber())}`
}

/** A session that was never started. */
export function createSession(api: ApiClient, body: Record<string, unknown> = {}): Promise<Reply['body']> {
  return api.post(201, '/sessions', { name: `Session ${nextNumber()}`, ...body })
}

/** A webhook for every message. */
export function createWebhook(api: ApiClient, body: Record<string, unknown>): Promise<Reply['body']> {
  return api.post(201, '/webhooks', { events: ['message.received'], ...body })
}

/** A text that arrived from a person. */
export function buildInboundMessage(
  owner: Pick<InboundMessage, 'tenantId' | 'sessionId'>,
  overrides: Partial<InboundMessage> = {},
): InboundMessage {
  const phone = buildPhone()
  return {
    ...owner,
    chatId: `${phone}@c.us`,
    sender: { phone, lid: null, pushName: 'Sample Contact' },
    isGroup: false,
    isFromMe: false,
    waMessageId: `TEST${String(nextNumber()).padStart(12, '0')}`,
    content: { kind: 'text', text: 'Hello', mentions: [] },
    quotedWaMessageId: null,
    waTimestamp: new Date('2026-02-11T10:00:00Z'),
    isOffline: false,
    isHistory: false,
    proto: new Uint8Array([1]),
    ...overrides,
  }
}

/** A session that began to connect. */
export function buildStateChange(
  owner: Pick<StateChange, 'tenantId' | 'sessionId'>,
  overrides: Partial<StateChange> = {},
): StateChange {
  return {
    ...owner,
    epoch: null,
    status: 'starting',
    previousStatus: 'stopped',
    reason: null,
    cause: null,
    phoneNumber: null,
    isBusiness: false,
    error: null,
    until: null,
    ...overrides,
  }
}
