import { spawn } from 'node:child_process'
import { RefusedFile } from './task.ts'

/** Seconds of a recording that are converted at most. */
const longestSeconds = 3600
/** Seconds of processor time. */
const mostWorkSeconds = 50
/** Kilobytes of memory of its own: pictures of 8K with sixteen to refer to take less. */
const mostMemoryKb = 1024 * 1024
/** Pixels of a picture of a video: 8K. What claims more is a bomb, or of no use on a phone. */
const mostPixels = 7680 * 4320
const longestSide = 8192
const maxOutputBytes = 20 * 1024 * 1024

/** The one reader that may touch a file of a type: a file cannot make ffmpeg read it as something else, such as a list of other files. */
const readers: Record<string, string> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
  'audio/ogg': 'ogg',
  'audio/mp4': 'mov',
  'audio/3gpp': 'mov',
  'audio/quicktime': 'mov',
  'audio/matroska': 'matroska',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'audio/aiff': 'aiff',
  'audio/webm': 'matroska',
  'video/webm': 'matroska',
  'video/matroska': 'matroska',
  'video/mp4': 'mov',
  'video/3gpp': 'mov',
  'video/quicktime': 'mov',
  'image/gif': 'gif',
}

/** Whether files of a type can be given to ffmpeg at all. */
export function isConvertible(mimetype: string): boolean {
  return mimetype in readers
}

/** What of ffmpeg a machine lacks, as a sentence for callers. */
export function ffmpegMissing(purpose: string): RefusedFile {
  return new RefusedFile(
    'needs_ffmpeg',
    `${purpose} needs ffmpeg on the server, which is not installed: install the package "ffmpeg" and try again`,
  )
}

function inputOf(path: string, mimetype: string): string[] {
  const limits = ['-max_pixels', String(mostPixels)]
  return [...limits, '-protocol_whitelist', 'file', '-f', readers[mimetype] ?? 'null', '-i', path]
}

/** The system ends what takes more: a file cannot talk it out of that. Where it has no such limit the rest must do. */
const bounded = `ulimit -d ${mostMemoryKb} 2>/dev/null; ulimit -t ${mostWorkSeconds + 10} 2>/dev/null; exec "$0" "$@"`
/** What a shell answers for a program that it does not find. */
const notFound = 127

interface Run {
  isDone: boolean
  /** Whether it stopped because pictures are too large. */
  isTooLarge: boolean
  /** Whether the system or its own limit of time ended it. */
  isEnded: boolean
  output: Buffer
}

/** Runs a program to its end; undefined when it is not installed. */
function run(program: 'ffmpeg' | 'ffprobe', parameters: readonly string[]): Promise<Run | undefined> {
  return new Promise((resolve, reject) => {
    const shell = ['-c', bounded, program, ...parameters]
    const child = spawn('/bin/sh', shell, { stdio: ['ignore', 'pipe', 'pipe'] })
    const pieces: Buffer[] = []
    let bytes = 0
    let said = ''
    child.stderr.on('data', (piece: Buffer) => {
      if (said.length < 10_000) said += piece.toString('latin1')
    })
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= maxOutputBytes) pieces.push(piece)
      else child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === notFound) return resolve(undefined)
      const isTooLarge = /exceeds specified max pixel count/.test(said)
      const isEnded = signal !== null || /Cannot allocate memory/.test(said)
      resolve({ isDone: code === 0, isTooLarge, isEnded, output: Buffer.concat(pieces) })
    })
  })
}

const quiet = [
  '-hide_banner',
  '-loglevel',
  'error',
  '-nostdin',
  '-threads',
  '1',
  '-timelimit',
  String(mostWorkSeconds),
]

/** Converts to a file; throws RefusedFile without ffmpeg or when it cannot read the file. */
export async function convert(
  input: { path: string; mimetype: string },
  output: {
    path: string
    maxBytes: number
    parameters: readonly string[]
    /** Titles and comments stay; else they go, because files for people tell nothing beside what they show. */
    keepsTags?: boolean
  },
  purpose: string,
): Promise<void> {
  const result = await run('ffmpeg', [
    ...quiet,
    '-y',
    ...inputOf(input.path, input.mimetype),
    '-t',
    String(longestSeconds),
    // Comments of Ogg belong to its stream.
    ...(output.keepsTags === true ? ['-map_metadata:g', '0:s:0'] : ['-map_metadata', '-1']),
    ...output.parameters,
    // One byte more than allowed, so that what was cut is noticed.
    '-fs',
    String(output.maxBytes + 1),
    output.path,
  ])
  if (result === undefined) throw ffmpegMissing(purpose)
  if (!result.isDone) throw refusalOf(result, 'it cannot be converted')
}

const count = (number: number): string => number.toLocaleString('en')

function picturesTooLarge(size?: { width: number; height: number }): RefusedFile {
  const found = size === undefined ? '' : ` (${count(size.width)} by ${count(size.height)} pixels)`
  const possible = `at most ${count(mostPixels)} pixels (8K), and ${count(longestSide)} on a side`
  return new RefusedFile('unreadable', `the pictures of the video are too large${found}: ${possible}`)
}

function refusalOf({ isTooLarge, isEnded }: Run, what: string): RefusedFile {
  if (isTooLarge) return picturesTooLarge()
  if (isEnded) return new RefusedFile('unreadable', 'reading the file takes too much time or memory')
  return new RefusedFile('unreadable', `the file is damaged: ${what}`, { isDamage: true })
}

/** A picture of a video's beginning as JPEG bytes; undefined without ffmpeg or a picture. */
export async function firstPicture(path: string, mimetype: string): Promise<Buffer | undefined> {
  const result = await run('ffmpeg', [
    ...quiet,
    ...inputOf(path, mimetype),
    '-frames:v',
    '1',
    '-vf',
    'scale=320:-2',
    '-f',
    'image2pipe',
    '-c:v',
    'mjpeg',
    'pipe:1',
  ])
  return result?.isDone === true && result.output.length > 0 ? result.output : undefined
}

/** Sound as 16-bit samples, 4,000 per second, of the first ten minutes; undefined without ffmpeg. */
export async function samples(path: string, mimetype: string): Promise<Int16Array | undefined> {
  const result = await run('ffmpeg', [
    ...quiet,
    ...inputOf(path, mimetype),
    '-t',
    '600',
    '-vn',
    '-ac',
    '1',
    '-ar',
    '4000',
    '-f',
    's16le',
    'pipe:1',
  ])
  if (result?.isDone !== true || result.output.length < 2) return undefined
  const { output } = result
  return new Int16Array(
    output.buffer.slice(output.byteOffset, output.byteOffset + output.length - (output.length % 2)),
  )
}

/** What ffprobe reports of a video. */
export interface VideoFacts {
  seconds?: number
  width?: number
  height?: number
}

interface ProbeAnswer {
  streams?: { codec_type?: string; width?: number; height?: number }[]
  format?: { duration?: string }
}

/** Size and length of a video; undefined without ffprobe. Throws RefusedFile for a damaged file. */
export async function probeVideo(path: string, mimetype: string): Promise<VideoFacts | undefined> {
  const result = await run('ffprobe', [
    '-v',
    'error',
    ...inputOf(path, mimetype),
    '-show_entries',
    'stream=codec_type,width,height:format=duration',
    '-of',
    'json',
  ])
  if (result === undefined) return undefined
  if (result.isTooLarge || result.isEnded) throw refusalOf(result, 'it holds no video')
  const answer = result.isDone ? (JSON.parse(result.output.toString()) as ProbeAnswer) : {}
  const picture = answer.streams?.find((stream) => stream.codec_type === 'video')
  if (picture === undefined) throw new RefusedFile('unreadable', 'the file is damaged: it holds no video')
  const { width = 0, height = 0 } = picture
  if (Math.max(width, height) > longestSide || width * height > mostPixels)
    throw picturesTooLarge({ width, height })
  const seconds = Number(answer.format?.duration)
  return {
    ...(Number.isFinite(seconds) ? { seconds } : {}),
    ...(picture.width === undefined ? {} : { width: picture.width }),
    ...(picture.height === undefined ? {} : { height: picture.height }),
  }
}
