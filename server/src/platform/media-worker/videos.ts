import { rm } from 'node:fs/promises'
import { readFormat } from './detect.ts'
import { convert, firstPicture, probeVideo } from './ffmpeg.ts'
import { checkGif, rewriteGif, thumbnailOf } from './pictures.ts'
import { type MediaFacts, type MediaTask, RefusedFile } from './task.ts'

const playedTypes = new Set(['video/mp4', 'video/3gpp'])

/** What a GIF is made smaller by, so that it has at most 640 by 1,280 pixels. */
const shrink = 'min(1,min(640/iw,1280/ih))'

/** Phones want even sides, 4:2:0 colours and the index in front. */
const mp4Parameters = [
  '-an',
  '-vf',
  `scale='max(2,trunc(iw*${shrink}/2)*2)':'max(2,trunc(ih*${shrink}/2)*2)'`,
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

async function lengthOf(path: string, mimetype: string): Promise<{ seconds?: number }> {
  try {
    const { duration } = await readFormat(path, mimetype)
    return duration === undefined ? {} : { seconds: duration }
  } catch {
    throw new RefusedFile('unreadable', 'the file is damaged: it holds no video')
  }
}

async function describe(path: string, mimetype: string): Promise<MediaFacts> {
  const facts = (await probeVideo(path, mimetype)) ?? (await lengthOf(path, mimetype))
  const picture = await firstPicture(path, mimetype)
  return {
    path,
    mimetype,
    ...facts,
    ...(picture === undefined ? {} : { thumbnail: await thumbnailOf(picture) }),
  }
}

const soundAlone = (type: string): RefusedFile =>
  new RefusedFile(
    'wrong_type',
    `the file holds sound without pictures (${type}): send it as audio or as a voice note`,
  )

/** A video as it is. */
export async function processVideo(task: MediaTask, type: string): Promise<MediaFacts> {
  if (type.startsWith('audio/')) throw soundAlone(type)
  if (!playedTypes.has(type)) throw new RefusedFile('wrong_type', `the file is ${type}, not an MP4 video`)
  return describe(task.path, type)
}

async function convertRewritten(task: MediaTask, output: Parameters<typeof convert>[1]): Promise<void> {
  const path = `${task.outputPath}.gif`
  try {
    await rewriteGif(task.path, path)
    await convert({ path, mimetype: 'image/gif' }, output, 'turning a GIF into MP4')
  } finally {
    await rm(path, { force: true })
  }
}

/** A moving picture: an MP4 as it is, a GIF as MP4. */
export async function processGif(task: MediaTask, type: string): Promise<MediaFacts> {
  if (type === 'video/mp4') return describe(task.path, type)
  if (type.startsWith('audio/')) throw soundAlone(type)
  if (type !== 'image/gif') {
    throw new RefusedFile('wrong_type', `the file is ${type}, not an MP4 video (nor a GIF to make one of)`)
  }
  await checkGif(task.path)
  const output = { path: task.outputPath, maxBytes: task.maxBytes, parameters: mp4Parameters }
  try {
    await convert({ path: task.path, mimetype: type }, output, 'turning a GIF into MP4')
  } catch (error) {
    if (!(error instanceof RefusedFile) || !error.isDamage) throw error
    await convertRewritten(task, output)
  }
  return describe(task.outputPath, 'video/mp4')
}
