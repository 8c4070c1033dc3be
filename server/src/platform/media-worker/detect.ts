import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'
import { type IFormat, parseStream } from 'music-metadata'

/** Other names of the same types. */
const sameTypes: Record<string, string> = {
  'audio/x-m4a': 'audio/mp4',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'audio/x-flac': 'audio/flac',
  'audio/opus': 'audio/ogg',
  'video/x-m4v': 'video/mp4',
  'video/x-matroska': 'video/matroska',
  'audio/x-matroska': 'video/matroska',
  'video/3gpp2': 'video/3gpp',
  'image/apng': 'image/png',
}

/** What a container is called that holds sound alone, and as what it is read. */
const containers: Readonly<Record<string, { sound: string; readAs: string }>> = {
  'video/mp4': { sound: 'audio/mp4', readAs: 'video/mp4' },
  'video/3gpp': { sound: 'audio/3gpp', readAs: 'video/mp4' },
  'video/quicktime': { sound: 'audio/quicktime', readAs: 'video/mp4' },
  'video/webm': { sound: 'audio/webm', readAs: 'video/webm' },
  'video/matroska': { sound: 'audio/matroska', readAs: 'video/matroska' },
}
const readAs: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(containers).flatMap(([type, container]) => [
    [type, container.readAs],
    [container.sound, container.readAs],
  ]),
)

/** What a library reads of a recording's header; throws for what it cannot read. */
export async function readFormat(path: string, type: string): Promise<IFormat> {
  const { size } = await stat(path)
  const stream = createReadStream(path)
  try {
    const about = { mimeType: readAs[type] ?? type, size }
    const { format } = await parseStream(stream, about, { duration: true, skipCovers: true })
    return format
  } finally {
    stream.destroy()
  }
}

/** Still pictures in a track of their own are the cover of the sound beside them, or go with its chapters, as texts do. */
const stills = /^<(?:jpeg|png|gif|bmp|tiff|text|tx3g|tmcd|rtmd)\b|^MP4S$|^CEA-/i

/** Whether a container holds sound and nothing that moves. */
async function isSoundAlone(path: string, type: string): Promise<boolean> {
  try {
    const { hasAudio, hasVideo, trackInfo } = await readFormat(path, type)
    // In every container a track is known by its codec; other marks only some of them have.
    const sounds = trackInfo.filter((track) => track.audio !== undefined || isSoundCodec(track.codecName))
    const pictures = trackInfo.filter((track) => !sounds.includes(track))
    if (hasAudio === false || sounds.length === 0) return false
    return hasVideo !== true || pictures.every(({ codecName = '' }) => stills.test(codecName))
  } catch {
    // What cannot be read stays what its first bytes say; whoever needs more of it will notice.
    return false
  }
}

const isSoundCodec = (name = ''): boolean =>
  /AAC|ALAC|MP3|MPEG-1 layer|AC-3|AMR|OPUS|VORBIS|FLAC|PCM|uLaw|IMA 4|MACE|PureVoice|^<(?:samr|sawb|sowt|twos|lpcm|in24|in32|fl32|fl64|ec-3|QDM2)>/i.test(
    name,
  )

/** What the bytes say; undefined where they say nothing, as with text. Containers without moving pictures are sounds. */
export async function detect(path: string): Promise<string | undefined> {
  const found = await fileTypeFromFile(path)
  const [name] = (found?.mime ?? '').split(';')
  if (name === undefined || name === '') return undefined
  const type = sameTypes[name] ?? name
  const container = containers[type]
  return container !== undefined && (await isSoundAlone(path, type)) ? container.sound : type
}
