import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'

/** Makes identifiers; a parameter so that tests can be repeatable. */
export interface Ids {
  /** A time-ordered UUID (version 7, RFC 9562), lower case. */
  uuid(): string
  /** `bytes` random bytes, base64url without padding: for tokens and keys. */
  token(bytes: number): string
  /** A number in [0, 1), for jitter; never for secrets. */
  random(): number
}

/** Identifiers from the machine's random source. */
export function systemIds(): Ids {
  return {
    uuid: () => v7(),
    token: (bytes) => randomBytes(bytes).toString('base64url'),
    random: () => Math.random(),
  }
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether the text is a lower-case UUID. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text)
}
