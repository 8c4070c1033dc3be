/** Pieces of this many characters, with their envelope, fit into one notification of PostgreSQL (8,000 bytes). */
const pieceLength = 6000

type Tagged = { $date: number } | { $bytes: string }

/** Writes what methods take and answer: plain data, dates and bytes. In pieces that a notification can carry. */
export function encodePieces(value: unknown): string[] {
  const text = JSON.stringify({ value }, function (this: Record<string, unknown>, key, plain) {
    // A date has turned itself into text before it is passed in here.
    const original = this[key]
    if (original instanceof Date) return { $date: original.getTime() } satisfies Tagged
    if (original instanceof Uint8Array)
      return { $bytes: Buffer.from(original).toString('base64') } satisfies Tagged
    return plain
  })
  const encoded = Buffer.from(text).toString('base64')
  const pieces: string[] = []
  for (let start = 0; start < encoded.length; start += pieceLength)
    pieces.push(encoded.slice(start, start + pieceLength))
  return pieces
}

/** Reads what `encodePieces` wrote. */
export function decodePieces(pieces: readonly string[]): unknown {
  const text = Buffer.from(pieces.join(''), 'base64').toString()
  const read = JSON.parse(text, (_, plain: unknown) => {
    if (typeof plain !== 'object' || plain === null) return plain
    if ('$date' in plain) return new Date(plain.$date as number)
    if ('$bytes' in plain) return new Uint8Array(Buffer.from(plain.$bytes as string, 'base64'))
    return plain
  }) as { value?: unknown }
  return read.value
}
