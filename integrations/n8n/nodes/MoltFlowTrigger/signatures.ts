import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far the clocks of sender and receiver may be apart, and how old a recorded request may be. */
const toleranceSeconds = 300

/** The bytes of a secret of this node: `whsec_` and base64. */
const keyOf = (secret: string) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64')

/** The headers of a delivery by Standard Webhooks. */
export interface Signed {
  id: string
  timestamp: string
  signature: string
}

/** Why a delivery is not to be believed; undefined when it is. */
export function findForgery(
  secret: string,
  signed: Signed,
  body: Uint8Array,
  nowMs: number,
): string | undefined {
  const { id, timestamp, signature } = signed
  if (id === '' || signature === '' || !/^\d{1,12}$/.test(timestamp)) return 'The signature is missing'
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return 'The delivery is too old'
  const expected = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest()
  const isGiven = signature.split(' ').some((part) => {
    const given = part.startsWith('v1,') ? Buffer.from(part.slice(3), 'base64') : Buffer.alloc(0)
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return isGiven ? undefined : 'The signature is wrong'
}
