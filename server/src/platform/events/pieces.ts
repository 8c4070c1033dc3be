/** Characters of one piece: each takes at most three bytes, which leaves room for what a notification says beside it. */
const pieceLength = 2500
/** A text of more, about 160,000 characters, does not travel. */
const mostPieces = 64
/** No line of JSON begins so. */
const mark = '~'

/** Cuts a line that is too long for a notification into lines that are not; undefined for one that is too long for that. */
export function cutLine(text: string): string[] | undefined {
  if (text.length > pieceLength * mostPieces) return undefined
  const pieces: string[] = []
  for (let start = 0; start < text.length; ) {
    let end = start + pieceLength
    // A pair of surrogates that is torn apart does not survive the way.
    if (/[\uD800-\uDBFF]/.test(text[end - 1] ?? '')) end -= 1
    const isLast = end >= text.length
    // The number keeps alike pieces apart: of equal notifications of one transaction the database tells one.
    const head = `${mark}${isLast ? 'l' : start === 0 ? 'f' : 'm'}${pieces.length} `
    pieces.push(head + text.slice(start, end))
    start = end
  }
  return pieces
}

/** Puts the pieces of each sender together again; they come in order and those of one line follow each other. */
export class PieceCollector {
  readonly #begun = new Map<string, string[]>()

  /** A whole line: the one given, or the one that it was the last piece of. */
  take(sender: string, line: string): string | undefined {
    if (!line.startsWith(mark)) return line
    const place = line[1]
    if (place === 'f') this.#begun.set(sender, [])
    const pieces = this.#begun.get(sender)
    const end = line.indexOf(' ')
    // What came before was lost, as whoever lost the connection was told.
    if (pieces === undefined || pieces.length !== Number(line.slice(2, end))) return undefined
    pieces.push(line.slice(end + 1))
    if (place !== 'l') return undefined
    this.#begun.delete(sender)
    return pieces.join('')
  }
}
