import { createDecipheriv, createHash, hkdfSync } from 'node:crypto'

/** What others add to a message is encrypted with a key of that message (source: whatsmeow `msgsecret.go`). */
export type AddOn = 'Poll Vote' | 'Enc Reaction' | 'Message Edit'

/** An addition as it arrives. */
export interface SealedAddOn {
  payload: Uint8Array
  iv: Uint8Array
}

/** Everything the key of an addition depends on; people have two addresses, and either may have been used. */
export interface AddOnOrigin {
  secret: Uint8Array
  waMessageId: string
  /** Addresses of who wrote the message. */
  authors: readonly string[]
  /** Addresses of who adds to it. */
  actors: readonly string[]
}

const tagBytes = 16

/** Opens an addition; undefined when it is none to this message by these people. */
export function openAddOn(kind: AddOn, sealed: SealedAddOn, origin: AddOnOrigin): Buffer | undefined {
  for (const author of origin.authors) {
    for (const actor of origin.actors) {
      const plain = tryOpen(kind, sealed, origin, author, actor)
      if (plain !== undefined) return plain
    }
  }
  return undefined
}

function tryOpen(
  kind: AddOn,
  { payload, iv }: SealedAddOn,
  { secret, waMessageId }: AddOnOrigin,
  author: string,
  actor: string,
): Buffer | undefined {
  if (payload.length < tagBytes || iv.length === 0) return undefined
  const info = `${waMessageId}${author}${actor}${kind}`
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, 32))
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv)
    if (kind === 'Poll Vote') decipher.setAAD(Buffer.from(`${waMessageId}\0${actor}`))
    decipher.setAuthTag(payload.subarray(-tagBytes))
    return Buffer.concat([decipher.update(payload.subarray(0, -tagBytes)), decipher.final()])
  } catch {
    // A wrong key and a forged payload look the same: the next address is tried.
    return undefined
  }
}

/** Texts of a poll's options that a vote names by their digests; what the poll does not have is left out. */
export function chosenOptions(options: readonly string[], digests: readonly Uint8Array[]): string[] {
  const chosen = new Set(digests.map((digest) => Buffer.from(digest).toString('hex')))
  return options.filter((option) => chosen.has(createHash('sha256').update(option).digest('hex')))
}
