import { readFormat } from './detect.ts'
import { convert, isConvertible, samples } from './ffmpeg.ts'
import { type MediaFacts, type MediaTask, RefusedFile } from './task.ts'

const bars = 64
const opusType = 'audio/ogg; codecs=opus'
const opusParameters = [
  '-map',
  '0:a:0',
  '-vn',
  '-c:a',
  'libopus',
  '-b:a',
  '32k',
  '-ac',
  '1',
  '-ar',
  '48000',
  '-f',
  'ogg',
]

/** Sound that phones play as it is. */
const playedTypes = new Set(['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/amr', 'audio/ogg'])
/** Names of what browsers and phones record that are for this program alone. */
const shownNames: Readonly<Record<string, string>> = {
  'audio/quicktime': 'sound in a QuickTime file',
  'audio/matroska': 'sound in a Matroska file',
}

const nameOf = (type: string): string => shownNames[type] ?? type

/** As what phones play a recording as it is; undefined for what has to be converted. */
function playedAs(type: string, codec: string): string | undefined {
  if (type === 'audio/mp4' && /opus|flac/i.test(codec)) return undefined
  if (playedTypes.has(type)) return /opus/i.test(codec) ? opusType : type
  // The same boxes under another name, as long as they hold what phones expect in them.
  return type === 'audio/3gpp' && codec.includes('AAC') ? 'audio/mp4' : undefined
}

/** Loudness over time, 0 to 100, the loudest part being 100. */
export function waveformOf(sound: Int16Array): number[] {
  const levels = Array.from({ length: bars }, (_, bar) => {
    const start = Math.floor((bar * sound.length) / bars)
    const end = Math.max(start + 1, Math.floor(((bar + 1) * sound.length) / bars))
    let sum = 0
    for (let at = start; at < end; at += 1) sum += (sound[at] ?? 0) ** 2
    return Math.sqrt(sum / (end - start))
  })
  const loudest = Math.max(...levels)
  return levels.map((level) => (loudest === 0 ? 0 : Math.round((level * 100) / loudest)))
}

/** Length in seconds and codec; throws RefusedFile for what holds no sound. */
async function factsOf(path: string, type: string): Promise<{ seconds?: number; codec: string }> {
  try {
    const { duration, codec: named, hasAudio, trackInfo } = await readFormat(path, type)
    const codec = named ?? trackInfo.map(({ codecName = '' }) => codecName).join('+')
    if (hasAudio === false) throw new Error('no sound')
    return duration === undefined ? { codec } : { seconds: duration, codec }
  } catch {
    throw new RefusedFile('unreadable', 'the file is damaged: it holds no sound')
  }
}

const lengthOf = ({ seconds }: { seconds?: number }): { seconds?: number } =>
  seconds === undefined ? {} : { seconds }

/** A recording: as it is where phones play it, else as Opus. */
export async function processAudio(task: MediaTask, type: string): Promise<MediaFacts> {
  if (!type.startsWith('audio/') || !isConvertible(type)) {
    throw new RefusedFile('wrong_type', `the file is ${type}, not a sound recording`)
  }
  const given = await factsOf(task.path, type)
  const played = playedAs(type, given.codec)
  if (played !== undefined) {
    return { path: task.path, mimetype: played, ...lengthOf(given) }
  }
  const output = { path: task.outputPath, maxBytes: task.maxBytes, parameters: opusParameters }
  await convert({ path: task.path, mimetype: type }, output, `sending ${nameOf(type)}`)
  return {
    path: task.outputPath,
    mimetype: opusType,
    ...lengthOf(await factsOf(task.outputPath, 'audio/ogg')),
  }
}

const spokenVideos = new Set(['video/webm', 'video/mp4', 'video/3gpp', 'video/quicktime', 'video/matroska'])

/** A voice note: OGG with Opus, converted where it is not, with its loudness. */
export async function processVoice(task: MediaTask, type: string): Promise<MediaFacts> {
  // Browsers record voices into video containers.
  const isSound = type.startsWith('audio/') || spokenVideos.has(type)
  if (!isSound || !isConvertible(type)) {
    throw new RefusedFile(
      'wrong_type',
      `the file is ${type}, not a sound recording (OGG with Opus, or what can be converted to it)`,
    )
  }
  const given = await factsOf(task.path, type)
  const isReady = type === 'audio/ogg' && /opus/i.test(given.codec)
  if (!isReady) {
    const output = { path: task.outputPath, maxBytes: task.maxBytes, parameters: opusParameters }
    await convert({ path: task.path, mimetype: type }, output, `turning ${nameOf(type)} into a voice note`)
  }
  const path = isReady ? task.path : task.outputPath
  const facts = isReady ? given : await factsOf(path, 'audio/ogg')
  const sound = await samples(path, 'audio/ogg')
  return {
    path,
    mimetype: opusType,
    ...lengthOf(facts),
    ...(sound === undefined ? {} : { waveform: waveformOf(sound) }),
  }
}

/** What every machine that listens can read: MP3, one channel, as many samples as speech needs. */
const speechParameters = [
  '-map',
  '0:a:0',
  '-vn',
  '-c:a',
  'libmp3lame',
  '-b:a',
  '32k',
  '-ac',
  '1',
  '-ar',
  '16000',
  '-f',
  'mp3',
]

/** Speech that takes little room, whatever it was recorded as. */
export async function processSpeech(task: MediaTask, type: string): Promise<MediaFacts> {
  if (!isConvertible(type)) throw new RefusedFile('wrong_type', `the file is ${type}, not a sound recording`)
  const output = {
    path: task.outputPath,
    maxBytes: task.maxBytes,
    parameters: speechParameters,
    keepsTags: true,
  }
  await convert({ path: task.path, mimetype: type }, output, 'writing a voice message down')
  return { path: task.outputPath, mimetype: 'audio/mpeg' }
}
