import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import sharp from 'sharp'
import { makeWithFfmpeg } from '../../../test/media-samples.ts'
import { type MediaWork, openMediaWork } from '../../../test/media-work.ts'

let work: MediaWork

const flat = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 20, b: 30, alpha: 0.5 } } })

/** Frames one below the other, as the library reads and writes animations. */
function frames(count: number, width: number, height: number) {
  const pixels = Buffer.alloc(width * height * 3 * count)
  for (let frame = 0; frame < count; frame += 1) {
    pixels.fill(frame % 256, frame * width * height * 3, (frame + 1) * width * height * 3)
    // Each one differs, so that none is joined with the one before.
    pixels.fill(255, frame * width * height * 3, frame * width * height * 3 + 3 * (1 + (frame % width)))
  }
  return sharp(pixels, { raw: { width, height: height * count, channels: 3, pageHeight: height } })
}

const pagesOf = async (bytes: Buffer) => (await sharp(bytes).metadata()).pages ?? 1

/** The smallest GIFs there are, as pages count their visitors with; the last one has no colours of its own. */
const tinyGifs = [
  'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
  'R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=',
  'R0lGODlhAQABAIABAP///wAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==',
  'R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==',
].map((text) => Buffer.from(text, 'base64'))

suite('pictures and animations', () => {
  before(() => {
    work = openMediaWork()
  })
  after(() => work.close())

  test('an animated sticker of 191 frames goes out as it is', async () => {
    const sticker = await frames(191, 512, 512).webp({ quality: 5, effort: 0 }).toBuffer()
    assert.equal(await pagesOf(sticker), 191)
    const sent = await work.send('sticker', sticker)
    assert.equal(sent.isAnimated, true)
    assert.deepEqual(sent.bytes, sticker)
  })

  test('stickers are made of GIFs and other WebPs with all their frames', async () => {
    const gif = await frames(90, 600, 450).gif({ effort: 1 }).toBuffer()
    const webp = await frames(60, 300, 200).webp({ quality: 5, effort: 0 }).toBuffer()
    for (const [source, count] of [
      [gif, 90],
      [webp, 60],
    ] as const) {
      const { bytes, isAnimated } = await work.send('sticker', source, { maxBytes: 1024 * 1024 })
      assert.equal(isAnimated, true)
      assert.equal(await pagesOf(bytes), count)
    }
  })

  test('a GIF of 640 by 480 and 7 seconds becomes a video of 7 seconds, as does a long narrow one', async () => {
    const made = await makeWithFfmpeg({
      'a.gif': ['-f', 'lavfi', '-i', 'testsrc=duration=7:size=640x480:rate=25'],
      'b.gif': ['-f', 'lavfi', '-i', 'testsrc=duration=1:size=20x3000:rate=4'],
      'c.gif': ['-f', 'lavfi', '-i', 'testsrc=duration=1:size=3000x20:rate=4'],
    })
    const sent = await work.send('gif', made['a.gif'])
    assert.deepEqual([sent.seconds, sent.width, sent.height], [7, 640, 480])
    for (const name of ['b.gif', 'c.gif'] as const) {
      const { width = 1, height = 1 } = await work.send('gif', made[name])
      assert.ok(width % 2 === 0 && height % 2 === 0 && height <= 1280 && width <= 640)
    }
  })

  test('a GIF of one pixel is a moving picture and a sticker like any other', async () => {
    for (const gif of tinyGifs) {
      const { mimetype, width, height } = await work.send('gif', gif)
      assert.deepEqual([mimetype, width, height], ['video/mp4', 2, 2])
      assert.equal((await work.send('sticker', gif)).mimetype, 'image/webp')
    }
  })

  test('every kind of JPEG, PNG, WebP, TIFF and AVIF is an image, however small, narrow or coloured', async () => {
    const rows: [name: string, source: Buffer, width: number, height: number][] = [
      ['one pixel, PNG', await flat(1, 1, 4).png().toBuffer(), 1, 1],
      ['one pixel, JPEG', await flat(1, 1).jpeg().toBuffer(), 1, 1],
      ['one pixel, WebP', await flat(1, 1).webp().toBuffer(), 1, 1],
      ['one pixel, TIFF', await flat(1, 1).tiff().toBuffer(), 1, 1],
      ['one pixel, AVIF', await flat(1, 1).avif().toBuffer(), 1, 1],
      ['a column', await flat(1, 900).png().toBuffer(), 1, 900],
      ['a line', await flat(9000, 1).jpeg().toBuffer(), 9000, 1],
      ['CMYK', await flat(50, 40).toColourspace('cmyk').jpeg().toBuffer(), 50, 40],
      ['16 bits', await flat(50, 40).toColourspace('rgb16').png().toBuffer(), 50, 40],
      ['grey of 16 bits', await flat(50, 40).toColourspace('grey16').png().toBuffer(), 50, 40],
      ['grey JPEG', await flat(50, 40).grayscale().jpeg().toBuffer(), 50, 40],
      ['grey with alpha', await flat(50, 40, 4).grayscale().png().toBuffer(), 50, 40],
      ['a palette', await flat(50, 40).png({ palette: true }).toBuffer(), 50, 40],
      ['progressive JPEG', await flat(50, 40).jpeg({ progressive: true }).toBuffer(), 50, 40],
      ['interlaced PNG', await flat(50, 40).png({ progressive: true }).toBuffer(), 50, 40],
      ['animated WebP', await frames(30, 800, 800).webp({ quality: 5, effort: 0 }).toBuffer(), 800, 800],
    ]
    for (const turned of [5, 6, 7, 8]) {
      const lying = await flat(50, 40).withMetadata({ orientation: turned }).jpeg().toBuffer()
      rows.push([`turned by ${turned}`, lying, 40, 50])
    }
    for (const [name, source, width, height] of rows) {
      const sent = await work.send('image', source)
      assert.deepEqual([sent.width, sent.height], [width, height], name)
      assert.ok((sent.thumbnail ?? '').length > 100, name)
    }
  })

  test('each frame has its limit, and the refusal says so; damage is told from size', async () => {
    const large = await flat(9000, 6000).png().toBuffer()
    for (const kind of ['image', 'sticker'] as const) {
      const { refused, message } = await work.refuse(kind, large)
      assert.equal(refused, 'unreadable')
      assert.match(message, /^the picture is larger than 50 million pixels$/)
    }
    const sticker = await frames(40, 512, 512).webp({ quality: 5, effort: 0 }).toBuffer()
    const damaged = Buffer.from(sticker)
    damaged.fill(0x5a, damaged.length >> 1, (damaged.length >> 1) + 400)
    for (const bytes of [damaged, sticker.subarray(0, sticker.length - 200)]) {
      assert.match((await work.refuse('sticker', bytes)).message, /damaged/)
    }
    const gif = Buffer.from(tinyGifs[0] ?? [])
    // Sides of the whole and of its only frame.
    for (const at of [6, 8, 32, 34]) gif.writeUInt16LE(60_000, at)
    assert.equal((await work.refuse('gif', gif)).refused, 'unreadable')
  })
})
