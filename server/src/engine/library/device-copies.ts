import { proto } from './library.ts'

/** First bytes of an encoded message whose first field is `deviceSentMessage` (31, length-delimited). */
const copyTag = [0xfa, 0x01] as const
const maxPadding = 16

/**
 * A message that another device of the account sent comes as a copy in an envelope, and its keys may stand beside the
 * envelope. The library throws the envelope away, and the keys of polls with it: they are moved inside. `padded` is the
 * plaintext with its random padding; returns it as it is when there is nothing to move.
 */
export function keepKeysOfCopy(padded: Uint8Array): Uint8Array {
  if (padded[0] !== copyTag[0] || padded[1] !== copyTag[1]) return padded
  const padding = padded.at(-1) ?? 0
  if (padding === 0 || padding > maxPadding || padding > padded.length) return padded
  const message = decode(padded.subarray(0, padded.length - padding))
  const inner = message?.deviceSentMessage?.message
  if (!message?.messageContextInfo || !inner || inner.messageContextInfo) return padded
  inner.messageContextInfo = message.messageContextInfo
  return Buffer.concat([proto.Message.encode(message).finish(), Buffer.alloc(padding, padding)])
}

function decode(bytes: Uint8Array): proto.Message | undefined {
  try {
    return proto.Message.decode(bytes)
  } catch {
    // The library reads it next and says what is wrong with it.
    return undefined
  }
}
