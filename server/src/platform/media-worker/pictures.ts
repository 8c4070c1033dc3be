import { stat } from 'node:fs/promises'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { type MediaFacts, type MediaTask, RefusedFile } from './task.ts'

/** Pixels of a picture, or of each one of an animation: what claims more is a bomb, or of no use on a phone. */
const mostPixels = 50_000_000
/** Seconds that a library may work on a picture. */
const mostWorkSeconds = 50
const stickerSize = 512
const thumbnailSize = 96
/** As phones send the picture of an account or a channel. */
const portraitSize = 640

sharp.cache(false)
sharp.concurrency(1)

/** What the library counts for an animation are the pixels of all frames together: the size of one is checked before. */
function open(source: string | Buffer, { isAnimated = false } = {}): Sharp {
  const settings = {
    limitInputPixels: isAnimated ? false : mostPixels,
    failOn: 'error' as const,
    sequentialRead: true,
    animated: isAnimated,
  }
  return sharp(source, settings).timeout({ seconds: mostWorkSeconds })
}

const tooLarge = `larger than ${mostPixels / 1_000_000} million pixels`

/** libvips says nothing finer than a text: whatever it stumbles over is in the file. */
function refusalBehind(error: unknown): RefusedFile {
  if (error instanceof RefusedFile) return error
  const text = error instanceof Error ? error.message : ''
  if (/exceeds pixel limit/i.test(text)) return new RefusedFile('unreadable', `the picture is ${tooLarge}`)
  if (/timeout/i.test(text)) {
    return new RefusedFile(
      'unreadable',
      'reading the picture takes too long: it has too many frames or pixels',
    )
  }
  return new RefusedFile('unreadable', `the picture is damaged, or ${tooLarge}`)
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw refusalBehind(error)
  }
}

/** Size of a picture, or of the first of an animation, and how many there are; throws for what is too large. */
async function describe(path: string): Promise<Metadata & { pages: number }> {
  const facts = await open(path).metadata()
  return { ...facts, pages: facts.pages ?? 1 }
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

function requirePicture(type: string): void {
  if (shownTypes.has(type) || convertedTypes.has(type)) return
  throw new RefusedFile('wrong_type', `the file is ${type}, not an image (JPEG, PNG, WebP, AVIF or TIFF)`)
}

/** A picture: as it is, or as JPEG. */
export function processImage(task: MediaTask, type: string): Promise<MediaFacts> {
  return guarded(async () => {
    if (type === 'image/gif') {
      throw new RefusedFile('wrong_type', 'the file is image/gif, not an image: send it as a moving picture')
    }
    requirePicture(type)
    const size = shownSize(await describe(task.path))
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

/** The picture of an account or a channel: its middle, as a square JPEG. */
export function processPortrait(task: MediaTask, type: string): Promise<MediaFacts> {
  return guarded(async () => {
    requirePicture(type)
    const [width, height] = [portraitSize, portraitSize]
    await open(task.path)
      .rotate()
      .resize(width, height, { fit: 'cover' })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 80 })
      .toFile(task.outputPath)
    return { path: task.outputPath, mimetype: 'image/jpeg', width, height }
  })
}

/** Unpacks every frame, so that damage is noticed; keeps next to nothing of them. */
async function readAll(path: string, isAnimated: boolean): Promise<void> {
  await open(path, { isAnimated })
    .resize(16, 16, { kernel: 'nearest', fastShrinkOnLoad: false })
    .raw()
    .toBuffer()
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
    const { pages, width, height } = await describe(task.path)
    const isAnimated = pages > 1
    const size = { width: stickerSize, height: stickerSize, ...(isAnimated ? { isAnimated } : {}) }
    if (type === 'image/webp' && width === stickerSize && height === stickerSize) {
      await readAll(task.path, isAnimated)
      return { path: task.path, mimetype: type, ...size }
    }
    for (const quality of [85, 60, 35]) {
      await open(task.path, { isAnimated })
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

/** Refuses a moving picture whose frames would unpack to too much. */
export function checkGif(path: string): Promise<void> {
  return guarded(async () => {
    await describe(path)
  })
}

/** Writes a GIF anew: some that phones and browsers show lack what other programs insist on, such as colours. */
export function rewriteGif(path: string, outputPath: string): Promise<void> {
  return guarded(async () => {
    await open(path, { isAnimated: true }).gif().toFile(outputPath)
  })
}
