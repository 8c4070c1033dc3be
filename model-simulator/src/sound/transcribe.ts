import { detectLanguage } from '../words/languages.ts'
import { type Speech, speechesIn } from './marks.ts'

/** What models of this kind make of silence, and what tells that it is silence. */
const heardInSilence = { text: 'Thank you for watching!', noSpeech: 0.97, confidence: 0.25 }
const usual = { confidence: 0.95, noSpeech: 0.02 }
const charactersPerSecond = 15

/** A part of a transcript, as verbose JSON has it. */
type Segment = {
  id: number
  seek: number
  start: number
  end: number
  text: string
  tokens: number[]
  temperature: number
  avg_logprob: number
  compression_ratio: number
  no_speech_prob: number
}

/** A transcript in the form of verbose JSON; the other forms are parts of it. */
export type Transcript = {
  task: 'transcribe'
  language: string
  duration: number
  text: string
  segments: Segment[]
}

/** Whisper names languages in words. */
const names = new Intl.DisplayNames(['en'], { type: 'language' })

function nameOf(code: string): string {
  try {
    return (names.of(code) ?? code).toLowerCase()
  } catch {
    return code
  }
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000

/** What is heard in a sound: its marks, or what these models hear in silence. */
export function transcribe(sound: Uint8Array, asked: string | undefined): Transcript {
  const speeches = speechesIn(sound)
  const heard: readonly Speech[] = speeches.length > 0 ? speeches : [heardInSilence]
  let at = 0
  const segments = heard.map((speech, id): Segment => {
    const start = at
    at = round(at + Math.max(1, speech.text.length / charactersPerSecond))
    return {
      id,
      seek: 0,
      start,
      end: at,
      text: ` ${speech.text}`,
      tokens: [...speech.text].slice(0, 8).map((letter) => letter.codePointAt(0) ?? 0),
      temperature: 0,
      avg_logprob: round(Math.log(speech.confidence ?? usual.confidence)),
      compression_ratio: 1,
      no_speech_prob: speech.noSpeech ?? usual.noSpeech,
    }
  })
  const text = heard.map((speech) => speech.text).join(' ')
  const language = heard[0]?.language ?? (speeches.length > 0 ? detectLanguage(text) : (asked ?? 'en'))
  return { task: 'transcribe', language: nameOf(language), duration: at, text, segments }
}
