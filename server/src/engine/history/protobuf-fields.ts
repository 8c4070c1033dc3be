/** One field of a protobuf message as it stands there. */
export interface WireField {
  field: number
  /** Of a number; undefined for the others. */
  number?: number
  /** Of a text, bytes or a message inside; undefined for the others. */
  bytes?: Buffer
}

/** What is no protobuf, or larger than anybody would send. */
export class ProtobufError extends Error {
  constructor(problem: string) {
    super(`not a protobuf message: ${problem}`)
    this.name = 'ProtobufError'
  }
}

const maxVarintBytes = 10

/**
 * The fields of a message as it comes, one at a time, so that a large one is never whole in memory. Source: the
 * protobuf encoding; groups, which nobody writes any more, are refused.
 */
export async function* streamFields(
  source: AsyncIterable<Buffer>,
  maxFieldBytes: number,
): AsyncGenerator<WireField> {
  let held = Buffer.alloc(0)
  let gathered: Buffer[] = []
  let missing = 0
  for await (const chunk of source) {
    if (missing > chunk.length) {
      gathered.push(chunk)
      missing -= chunk.length
      continue
    }
    held = Buffer.concat([held, ...gathered, chunk])
    gathered = []
    missing = 0
    let start = 0
    for (;;) {
      const next = readField(held, start)
      if ('missing' in next) {
        if (next.missing > maxFieldBytes) throw new ProtobufError('a field is too large')
        missing = next.missing
        break
      }
      yield next.value
      start = next.end
    }
    held = Buffer.from(held.subarray(start))
  }
  if (held.length > 0 || gathered.length > 0) throw new ProtobufError('it ends in the middle')
}

/** The fields of a message that is whole in memory, one at a time, each with its place. */
export function* listFields(bytes: Buffer): Generator<WireField & { start: number; end: number }> {
  let start = 0
  while (start < bytes.length) {
    const next = readField(bytes, start)
    if ('missing' in next) throw new ProtobufError('it ends in the middle')
    yield { ...next.value, start, end: next.end }
    start = next.end
  }
}

type Read = { value: WireField; end: number } | { missing: number }

function readField(bytes: Buffer, start: number): Read {
  const tag = readVarint(bytes, start)
  if (tag === undefined) return { missing: 1 }
  const field = Math.floor(tag.value / 8)
  switch (tag.value % 8) {
    case 0: {
      const number = readVarint(bytes, tag.end)
      return number === undefined
        ? { missing: 1 }
        : { value: { field, number: number.value }, end: number.end }
    }
    case 1:
      return skip(bytes, field, tag.end + 8)
    case 2: {
      const length = readVarint(bytes, tag.end)
      if (length === undefined) return { missing: 1 }
      const end = length.end + length.value
      if (end > bytes.length) return { missing: end - bytes.length }
      return { value: { field, bytes: bytes.subarray(length.end, end) }, end }
    }
    case 5:
      return skip(bytes, field, tag.end + 4)
    default:
      throw new ProtobufError('an unknown kind of field')
  }
}

function skip(bytes: Buffer, field: number, end: number): Read {
  return end > bytes.length ? { missing: end - bytes.length } : { value: { field }, end }
}

/** Numbers past 2^53 lose their last digits: none of those read here is that large. */
function readVarint(bytes: Buffer, start: number): { value: number; end: number } | undefined {
  let value = 0
  for (let index = 0; index < maxVarintBytes; index += 1) {
    const byte = bytes[start + index]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, end: start + index + 1 }
  }
  throw new ProtobufError('a number is too long')
}
