import { parseFile } from 'music-metadata'
import { convert, firstPicture, probeVideo } from './ffmpeg.ts'
import { checkAnimation, thumbnailOf } from './pictures.ts'
import { type MediaFacts, type MediaTask, RefusedFile } from './task.ts'

const playedTypes = new Set(['video/mp4', 'video/3gpp'])

/** Phones want even sides, 4:2:0 colours and the index in front. */
const mp4Parameters = [
  '-an',
  '-vf',
  "scale='trunc(min(iw,640)/2)*2':-2",
  '-c:v',
  'libx264',
  '-preset',
  'veryfast',
  '-pix_fmt',
  'yuv420p',
  '-movflags',
  '+faststart',
  '-f',
  'mp4',
]

async function lengthOf(path: string): Promise<{ seconds?: number }> {
  try {
    const { format } = await parseFile(path, { duration: true, skipCovers: true })
    return format.duration === undefined ? {} : { seconds: format.duration }
  } catch {
    throw new RefusedFile('unreadable', 'the file is damaged: it holds no video')
  }
}

async function describe(path: string, mimetype: string): Promise<MediaFacts> {
  const facts = (await probeVideo(path, mimetype)) ?? (await lengthOf(path))
  const picture = await firstPicture(path, mimetype)
  return {
    path,
    mimetype,
    ...facts,
    ...(picture === undefined ? {} : { thumbnail: await thumbnailOf(picture) }),
  }
}

/** A video as it is. */
export async function processVideo(task: MediaTask, type: string): Promise<MediaFacts> {
  if (!playedTypes.has(type)) throw new RefusedFile('wrong_type', `the file is ${type}, not an MP4 video`)
  return describe(task.path, type)
}

/** A moving picture: an MP4 as it is, a GIF as MP4. */
export async function processGif(task: MediaTask, type: string): Promise<MediaFacts> {
  if (type === 'video/mp4') return describe(task.path, type)
  if (type !== 'image/gif') {
    throw new RefusedFile('wrong_type', `the file is ${type}, not an MP4 video (nor a GIF to make one of)`)
  }
  await checkAnimation(task.path)
  const output = { path: task.outputPath, maxBytes: task.maxBytes, parameters: mp4Parameters }
  await convert({ path: task.path, mimetype: type }, output, 'turning a GIF into MP4')
  return describe(task.outputPath, 'video/mp4')
}
