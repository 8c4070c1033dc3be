import { stat } from 'node:fs/promises'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { type MediaFacts, type MediaTask, RefusedFile } from './task.ts'

/** Pixels of a picture, all frames together: what more claims is a bomb, or of no use on a phone. */
const mostPixels = 50_000_000
const stickerSize = 512
const thumbnailSize = 96

sharp.cache(false)
sharp.concurrency(1)

function open(source: string | Buffer, isAnimated = false): Sharp {
  return sharp(source, {
    limitInputPixels: mostPixels,
    failOn: 'error',
    sequentialRead: true,
    animated: isAnimated,
  })
}

const damaged = (): RefusedFile =>
  new RefusedFile(
    'unreadable',
    `the picture is damaged, or larger than ${mostPixels / 1_000_000} million pixels`,
  )

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RefusedFile) throw error
    // libvips says nothing finer than a text: whatever it stumbles over is in the file.
    throw damaged()
  }
}

/** Width and height as they are shown: photos are often stored lying. */
function shownSize({ width, height, orientation = 1 }: Metadata): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}

/** A small JPEG of a picture, base64. */
export async function thumbnailOf(source: string | Buffer): Promise<string> {
  const small = open(source)
    .rotate()
    .resize(thumbnailSize, thumbnailSize, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
  return (await small.jpeg({ quality: 50 }).toBuffer()).toString('base64')
}

/** Pictures that phones show as they are. */
const shownTypes = new Set(['image/jpeg', 'image/png'])
const convertedTypes = new Set(['image/webp', 'image/avif', 'image/tiff'])

/** A picture: as it is, or as JPEG. */
export function processImage(task: MediaTask, type: string): Promise<MediaFacts> {
  return guarded(async () => {
    if (!shownTypes.has(type) && !convertedTypes.has(type)) {
      throw new RefusedFile('wrong_type', `the file is ${type}, not an image (JPEG, PNG, WebP, AVIF or TIFF)`)
    }
    const size = shownSize(await open(task.path).metadata())
    // Made from all pixels, so that a cut or damaged picture is noticed here.
    const thumbnail = await thumbnailOf(task.path)
    if (shownTypes.has(type)) return { path: task.path, mimetype: type, ...size, thumbnail }
    await open(task.path)
      .rotate()
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 88 })
      .toFile(task.outputPath)
    return { path: task.outputPath, mimetype: 'image/jpeg', ...size, thumbnail }
  })
}

const stickerSources = new Set(['image/webp', 'image/png', 'image/jpeg', 'image/gif'])

/** A sticker: WebP of 512 times 512, animated when the source is. */
export function processSticker(task: MediaTask, type: string): Promise<MediaFacts> {
  return guarded(async () => {
    if (!stickerSources.has(type)) {
      throw new RefusedFile(
        'wrong_type',
        `the file is ${type}, not a WebP picture (nor PNG, JPEG or GIF to make one of)`,
      )
    }
    const { pages = 1, width, height, pageHeight = height } = await open(task.path, true).metadata()
    const isAnimated = pages > 1
    const size = { width: stickerSize, height: stickerSize, ...(isAnimated ? { isAnimated } : {}) }
    if (type === 'image/webp' && width === stickerSize && pageHeight === stickerSize) {
      await open(task.path, true).stats()
      return { path: task.path, mimetype: type, ...size }
    }
    for (const quality of [85, 60, 35]) {
      await open(task.path, isAnimated)
        .rotate()
        .resize(stickerSize, stickerSize, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
        .webp({ quality })
        .toFile(task.outputPath)
      if ((await stat(task.outputPath)).size <= task.maxBytes) {
        return { path: task.outputPath, mimetype: 'image/webp', ...size }
      }
    }
    throw new RefusedFile('too_large', 'the sticker is too large, also when it is compressed')
  })
}

/** Refuses an animated picture that would unpack to too much. */
export function checkAnimation(path: string): Promise<void> {
  return guarded(async () => {
    await open(path, true).metadata()
  })
}
