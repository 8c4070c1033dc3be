import { open } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'
import { processImage, processSticker } from './pictures.ts'
import { processAudio, processVoice } from './sounds.ts'
import { type MediaFacts, type MediaResult, type MediaTask, RefusedFile } from './task.ts'
import { processGif, processVideo } from './videos.ts'

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

/** What the bytes say; undefined where they say nothing, as with text. */
async function detect(path: string): Promise<string | undefined> {
  const found = await fileTypeFromFile(path)
  const [type] = (found?.mime ?? '').split(';')
  return type === undefined || type === '' ? undefined : (sameTypes[type] ?? type)
}

const typePattern = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/i

/** Whether the beginning of a file is text. */
async function isText(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    const text = new TextDecoder().decode(buffer.subarray(0, bytesRead), { stream: true })
    return !text.includes('\0') && !text.includes('\ufffd')
  } finally {
    await file.close()
  }
}

/** A document is sent whatever it is; its type is what the bytes say, else what the caller says. */
async function processDocument(task: MediaTask, type: string | undefined): Promise<MediaFacts> {
  const { declaredType, path } = task
  if (type !== undefined) return { path, mimetype: type }
  if (declaredType !== undefined && typePattern.test(declaredType)) {
    return { path, mimetype: declaredType.toLowerCase() }
  }
  return { path, mimetype: (await isText(path)) ? 'text/plain' : 'application/octet-stream' }
}

const processors = {
  image: processImage,
  sticker: processSticker,
  video: processVideo,
  gif: processGif,
  audio: processAudio,
  voice: processVoice,
}

async function work(task: MediaTask): Promise<MediaResult> {
  try {
    const type = await detect(task.path)
    if (task.purpose === 'document') return await processDocument(task, type)
    return await processors[task.purpose](task, type ?? 'of no known type')
  } catch (error) {
    if (error instanceof RefusedFile) return error.refusal
    throw error
  }
}

// A process of its own: whatever a file does to the libraries that read it, it does it here. One task at a time.
process.on('disconnect', () => process.exit(1))
process.on('message', (task: MediaTask) => {
  work(task).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      process.exit(1)
    },
  )
})
