import { spawn } from 'node:child_process'
import { RefusedFile } from './task.ts'

/** Seconds of a recording that are converted at most. */
const longestSeconds = 3600
/** Seconds of processor time. */
const mostWorkSeconds = 50
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
  return ['-protocol_whitelist', 'file', '-f', readers[mimetype] ?? 'null', '-i', path]
}

/** Runs a program to its end; undefined when it is not installed. */
function run(
  program: 'ffmpeg' | 'ffprobe',
  parameters: readonly string[],
): Promise<{ isDone: boolean; output: Buffer } | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'ignore'] })
    const pieces: Buffer[] = []
    let bytes = 0
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= maxOutputBytes) pieces.push(piece)
      else child.kill('SIGKILL')
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined)
      else reject(error)
    })
    child.on('close', (code) => resolve({ isDone: code === 0, output: Buffer.concat(pieces) }))
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
  output: { path: string; maxBytes: number; parameters: readonly string[] },
  purpose: string,
): Promise<void> {
  const result = await run('ffmpeg', [
    ...quiet,
    '-y',
    ...inputOf(input.path, input.mimetype),
    '-t',
    String(longestSeconds),
    '-map_metadata',
    '-1',
    ...output.parameters,
    // One byte more than allowed, so that what was cut is noticed.
    '-fs',
    String(output.maxBytes + 1),
    output.path,
  ])
  if (result === undefined) throw ffmpegMissing(purpose)
  if (!result.isDone) throw new RefusedFile('unreadable', 'the file is damaged: it cannot be converted')
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
  const answer = result.isDone ? (JSON.parse(result.output.toString()) as ProbeAnswer) : {}
  const picture = answer.streams?.find((stream) => stream.codec_type === 'video')
  if (picture === undefined) throw new RefusedFile('unreadable', 'the file is damaged: it holds no video')
  const seconds = Number(answer.format?.duration)
  return {
    ...(Number.isFinite(seconds) ? { seconds } : {}),
    ...(picture.width === undefined ? {} : { width: picture.width }),
    ...(picture.height === undefined ? {} : { height: picture.height }),
  }
}
