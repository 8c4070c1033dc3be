/** What is spoken in a sound. */
export type Speech = {
  text: string
  /** ISO 639-1; detected from the words when absent. */
  language?: string
  /** How sure the model is of the words, from 0 to 1; 0.95 unless said. */
  confidence?: number
  /** How likely it is that nobody speaks, from 0 to 1; 0.02 unless said. */
  noSpeech?: number
}

const begin = '[[speech'
const end = '[[/speech]]'

/**
 * The mark that makes the model hear words: put it into a comment of the file (`ffmpeg -metadata comment=...` keeps it
 * in every format) or behind its last byte. Several marks are several segments.
 */
export function speechMark(speech: Speech): string {
  const { text, language, confidence, noSpeech } = speech
  const attributes = [
    ...(language === undefined ? [] : [`language=${language}`]),
    ...(confidence === undefined ? [] : [`confidence=${confidence}`]),
    ...(noSpeech === undefined ? [] : [`no_speech=${noSpeech}`]),
  ]
  return `${[begin, ...attributes].join(' ')}]]${text}${end}`
}

/** A sound with a mark behind its last byte. */
export function withSpeech(sound: Uint8Array, ...speeches: readonly Speech[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([sound, Buffer.from(speeches.map(speechMark).join(''))]))
}

function readMark(head: string, text: string): Speech {
  const attributes = new Map(
    head
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map((part) => part.split('=', 2) as [string, string]),
  )
  const language = attributes.get('language')
  const confidence = attributes.get('confidence')
  const noSpeech = attributes.get('no_speech')
  return {
    text,
    ...(language !== undefined && { language }),
    ...(confidence !== undefined && { confidence: Number(confidence) }),
    ...(noSpeech !== undefined && { noSpeech: Number(noSpeech) }),
  }
}

/** What is spoken in a sound, in order; nothing in one without marks. */
export function speechesIn(sound: Uint8Array): Speech[] {
  const bytes = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength)
  const found: Speech[] = []
  for (let at = bytes.indexOf(begin); at >= 0; at = bytes.indexOf(begin, at + begin.length)) {
    const headEnd = bytes.indexOf(']]', at)
    const to = headEnd < 0 ? -1 : bytes.indexOf(end, headEnd)
    if (to < 0) break
    const head = bytes.toString('utf8', at + begin.length, headEnd)
    found.push(readMark(head, bytes.toString('utf8', headEnd + 2, to)))
    at = to
  }
  return found
}
