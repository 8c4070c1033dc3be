import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'

const run = promisify(execFile)

/** Files of every kind, made here, so that nothing binary lies in the repository. */
export interface MediaSamples {
  jpeg: Buffer
  png: Buffer
  /** WebP of 512 times 512. */
  sticker: Buffer
  /** Three frames. */
  gif: Buffer
  /** A second of video. */
  mp4: Buffer
  /** Two seconds of sound, growing louder. */
  wav: Buffer
  mp3: Buffer
  /** OGG with Opus. */
  opus: Buffer
  pdf: Buffer
}

async function picture(width: number, height: number) {
  const noise = Buffer.alloc(width * height * 3)
  for (let at = 0; at < noise.length; at += 1) noise[at] = (at * 7919) % 251
  return sharp(noise, { raw: { width, height, channels: 3 } })
}

async function withFfmpeg(directory: string, name: string, parameters: readonly string[]): Promise<Buffer> {
  const path = join(directory, name)
  try {
    await run('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...parameters, path])
  } catch (cause) {
    throw new Error(
      'NO FFMPEG: the tests of media need it on PATH; "npm test" installs the Debian package "ffmpeg"',
      { cause },
    )
  }
  return readFileSync(path)
}

/** Files that ffmpeg makes, by name; the parameters are what stands before the name. */
export async function makeWithFfmpeg<N extends string>(
  wanted: Readonly<Record<N, readonly string[]>>,
): Promise<Record<N, Buffer>> {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-made-'))
  const made: Partial<Record<N, Buffer>> = {}
  try {
    for (const name of Object.keys(wanted) as N[])
      made[name] = await withFfmpeg(directory, name, wanted[name])
    return made as Record<N, Buffer>
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Makes all samples; fails loudly without ffmpeg. */
export async function makeMediaSamples(): Promise<MediaSamples> {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-samples-'))
  const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2', '-af', 'volume=t/2:eval=frame']
  const video = ['-f', 'lavfi', '-i', 'testsrc=duration=1:size=128x96:rate=10']
  const make = (name: string, parameters: readonly string[]) => withFfmpeg(directory, name, parameters)
  try {
    return {
      jpeg: await (await picture(320, 200)).jpeg().toBuffer(),
      png: await (await picture(90, 60)).png().toBuffer(),
      sticker: await (await picture(512, 512)).webp({ quality: 20 }).toBuffer(),
      gif: await make('a.gif', ['-f', 'lavfi', '-i', 'testsrc=duration=1:size=101x75:rate=3']),
      mp4: await make('a.mp4', [...video, '-pix_fmt', 'yuv420p', '-movflags', '+faststart']),
      wav: await make('a.wav', tone),
      mp3: await make('a.mp3', tone),
      opus: await make('a.ogg', [...tone, '-c:a', 'libopus', '-ac', '1']),
      pdf: Buffer.from(
        `%PDF-1.4\n%\u00e2\u00e3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n${'x'.repeat(5000)}`,
      ),
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}
