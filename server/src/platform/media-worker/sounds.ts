import { parseFile } from 'music-metadata'
import { convert, isConvertible, samples } from './ffmpeg.ts'
import { type MediaFacts, type MediaTask, RefusedFile } from './task.ts'

const bars = 64
const opusType = 'audio/ogg; codecs=opus'
const opusParameters = ['-vn', '-c:a', 'libopus', '-b:a', '32k', '-ac', '1', '-ar', '48000', '-f', 'ogg']

/** Sound that phones play as it is. */
const playedTypes = new Set(['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/amr', 'audio/ogg'])

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
async function factsOf(path: string): Promise<{ seconds?: number; codec: string }> {
  try {
    const { format } = await parseFile(path, { duration: true, skipCovers: true })
    const { duration, codec = '' } = format
    if (format.hasAudio === false) throw new Error('no sound')
    return duration === undefined ? { codec } : { seconds: duration, codec }
  } catch {
    throw new RefusedFile('unreadable', 'the file is damaged: it holds no sound')
  }
}

/** A recording: as it is where phones play it, else as Opus. */
export async function processAudio(task: MediaTask, type: string): Promise<MediaFacts> {
  if (!type.startsWith('audio/') || !isConvertible(type)) {
    throw new RefusedFile('wrong_type', `the file is ${type}, not a sound recording`)
  }
  const { seconds, codec } = await factsOf(task.path)
  const length = seconds === undefined ? {} : { seconds }
  if (playedTypes.has(type)) {
    return { path: task.path, mimetype: /opus/i.test(codec) ? opusType : type, ...length }
  }
  const output = { path: task.outputPath, maxBytes: task.maxBytes, parameters: opusParameters }
  await convert({ path: task.path, mimetype: type }, output, `sending ${type}`)
  return { path: task.outputPath, mimetype: opusType, ...length }
}

/** A voice note: OGG with Opus, converted where it is not, with its loudness. */
export async function processVoice(task: MediaTask, type: string): Promise<MediaFacts> {
  // Browsers record voices into video containers.
  const isSound = type.startsWith('audio/') || type === 'video/webm' || type === 'video/mp4'
  if (!isSound || !isConvertible(type)) {
    throw new RefusedFile(
      'wrong_type',
      `the file is ${type}, not a sound recording (OGG with Opus, or what can be converted to it)`,
    )
  }
  const given = await factsOf(task.path)
  const isReady = type === 'audio/ogg' && /opus/i.test(given.codec)
  if (!isReady) {
    const output = { path: task.outputPath, maxBytes: task.maxBytes, parameters: opusParameters }
    await convert({ path: task.path, mimetype: type }, output, `turning ${type} into a voice note`)
  }
  const path = isReady ? task.path : task.outputPath
  const { seconds } = isReady ? given : await factsOf(path)
  const sound = await samples(path, 'audio/ogg')
  return {
    path,
    mimetype: opusType,
    ...(seconds === undefined ? {} : { seconds }),
    ...(sound === undefined ? {} : { waveform: waveformOf(sound) }),
  }
}
