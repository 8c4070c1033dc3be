import { SenderKeyRecord } from 'baileys/lib/Signal/Group/sender-key-record.js'
import { BufferJSON } from 'baileys/lib/Utils/generics.js'

// A record is read for every group message. The library asks its reviver about each single byte of every key in it, which
// costs more than decrypting the message; here it is asked about the keys alone.

/** The keys of a record as they were parsed. */
interface ParsedState {
  senderChainKey: { seed: unknown }
  senderSigningKey: { public: unknown; private?: unknown }
  senderMessageKeys?: { seed: unknown }[]
}

const toBytes = (parsed: unknown): unknown => BufferJSON.reviver('', parsed)

function revive(state: ParsedState): ParsedState {
  const { senderChainKey: chain, senderSigningKey: signing, senderMessageKeys: skipped } = state
  chain.seed = toBytes(chain.seed)
  signing.public = toBytes(signing.public)
  if (signing.private !== undefined) signing.private = toBytes(signing.private)
  for (const key of skipped ?? []) key.seed = toBytes(key.seed)
  return state
}

SenderKeyRecord.deserialize = (data) => {
  const states = JSON.parse(Buffer.from(data).toString()) as ParsedState[]
  return new SenderKeyRecord(
    states.map(revive) as unknown as ConstructorParameters<typeof SenderKeyRecord>[0],
  )
}
