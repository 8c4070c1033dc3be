import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import sharp from 'sharp'
import { makeWithFfmpeg } from '../../../test/media-samples.ts'
import { type MediaWork, openMediaWork } from '../../../test/media-work.ts'
import { until } from '../../../test/until.ts'
import { TestClock } from '../clock.ts'
import { WorkerProcessError } from '../worker-processes.ts'
import { MediaWorkers } from './media-workers.ts'

const film = (size: string, more: readonly string[] = []) =>
  [
    '-f',
    'lavfi',
    '-i',
    `testsrc=duration=1:size=${size}:rate=2`,
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
  ].concat(['-pix_fmt', 'yuv420p'], more)

let work: MediaWork
let directory: string

/** Programs on a path of their own, in the place of ffmpeg and ffprobe. */
function programs(scripts: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(directory, 'bin-'))
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  }
  return path
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

suite('media workers', () => {
  before(() => {
    work = openMediaWork()
    directory = mkdtempSync(join(tmpdir(), 'moltflow-workers-'))
  })
  after(() => {
    work.close()
    rmSync(directory, { recursive: true, force: true })
  })

  test('eight long recordings of a tenant keep neither another one nor a picture of its own waiting', async () => {
    const { 'long.wav': long, 'short.wav': short } = await makeWithFfmpeg({
      'long.wav': ['-f', 'lavfi', '-i', 'sine=duration=40:sample_rate=16000'],
      'short.wav': ['-f', 'lavfi', '-i', 'sine=duration=1'],
    })
    const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const ended: string[] = []
    const send = async (name: string, ...parameters: Parameters<MediaWork['send']>) => {
      await work.send(...parameters)
      ended.push(name)
    }
    const all = Array.from({ length: 8 }, (_, index) =>
      send(`long ${index}`, 'voice', long, { tenantId: 'busy' }),
    )
    all.push(send('picture', 'image', picture, { tenantId: 'other' }))
    all.push(send('own picture', 'image', picture, { tenantId: 'busy' }))
    all.push(send('document', 'document', picture, { tenantId: 'other', name: 'a.pdf' }))
    all.push(send('voice', 'voice', short, { tenantId: 'other' }))
    await Promise.all(all)
    for (const name of ['picture', 'own picture', 'document', 'voice']) {
      const before = ended.slice(0, ended.indexOf(name)).filter((other) => other.startsWith('long'))
      assert.ok(before.length <= 2, `${name} came after ${before.length} recordings`)
    }
  })

  test('a video with pictures larger than phones show is refused with a sentence that names the limit', async () => {
    const wanted = {
      'wide.mp4': film('16000x2000'),
      'high.mp4': film('2000x10000'),
      'area.mp4': film('8192x4320'),
    }
    const made = await makeWithFfmpeg({ ...wanted, 'fine.mp4': film('3840x2160') })
    for (const name of ['wide.mp4', 'high.mp4', 'area.mp4'] as const) {
      for (const kind of ['video', 'gif'] as const) {
        const { refused, message } = await work.refuse(kind, made[name])
        assert.equal(refused, 'unreadable', name)
        assert.match(
          message,
          /pictures of the video are too large.*33,177,600 pixels \(8K\), and 8,192 on a side/,
        )
      }
    }
    assert.match((await work.refuse('video', made['wide.mp4'])).message, /16,000 by 2,000 pixels/)
    const fine = await work.send('video', made['fine.mp4'])
    assert.deepEqual([fine.width, fine.height], [3840, 2160])
    assert.ok((fine.thumbnail ?? '').length > 100)
  })

  test('a header that claims small pictures hides no large ones', async () => {
    const { 'wide.mp4': video } = await makeWithFfmpeg({ 'wide.mp4': film('12000x4000') })
    const lying = Buffer.from(video)
    // Sides in the description of the track's pictures, 28 and 30 bytes behind its name.
    const at = lying.indexOf('avc1', lying.indexOf('stsd')) + 28
    assert.equal(lying.readUInt16BE(at), 12_000)
    lying.writeUInt16BE(640, at)
    lying.writeUInt16BE(480, at + 2)
    const { message } = await work.refuse('video', lying)
    assert.match(message, /pictures of the video are too large/)
  })

  test('the system bounds memory and processor time of the programs that read a file, and of the worker', async () => {
    const answer = '{"streams":[{"codec_type":"video","width":1,"height":1}],"format":{"duration":"%s"}}'
    const samples = await makeWithFfmpeg({ 'a.mp4': film('64x64') })
    const path = join(directory, 'limited.mp4')
    writeFileSync(path, samples['a.mp4'])
    const workers = new MediaWorkers(new TestClock())
    // The worker is the parent of what it starts; only Linux tells of it.
    const ofWorker = `while read -r a b c most _; do [ "$a $b $c" = "Max data size" ] && echo $most; done < /proc/$PPID/limits`
    const rows: [command: string, most: number][] = [
      ['ulimit -d', 1024 * 1024],
      ['ulimit -t', 60],
    ]
    if (existsSync('/proc/self/limits')) rows.push([ofWorker, 1536 * 1024 * 1024])
    for (const [command, most] of rows) {
      const searchPath = programs({ ffprobe: `printf '${answer}' "$(${command})"` })
      const task = { purpose: 'video' as const, path, outputPath: `${path}.out`, maxBytes: 1_000_000 }
      const result = await workers.run(task, { tenantId: 'a', searchPath })
      assert.ok('seconds' in result && result.seconds !== undefined && result.seconds <= most, command)
    }
    workers.close()
  })

  test('what uses up its memory or time is refused with a sentence, as it is when it takes longer than that', async () => {
    const samples = await makeWithFfmpeg({ 'a.mp4': film('64x64') })
    const path = join(directory, 'endless.mp4')
    writeFileSync(path, samples['a.mp4'])
    const clock = new TestClock()
    const workers = new MediaWorkers(clock)
    const run = (searchPath: string) => {
      const task = { purpose: 'video' as const, path, outputPath: `${path}.out`, maxBytes: 1_000_000 }
      return workers.run(task, { tenantId: 'a', searchPath })
    }
    for (const ffprobe of ['kill -KILL $$', 'kill -XCPU $$', 'echo "Cannot allocate memory" >&2; exit 1']) {
      const result = await run(programs({ ffprobe }))
      assert.ok('refused' in result)
      assert.match(result.message, /takes too much time or memory/)
    }
    const pidFile = join(directory, 'pid')
    const endless = run(programs({ ffprobe: `echo $$ > ${pidFile}\nwhile :; do :; done` }))
    const failure = assert.rejects(endless, WorkerProcessError)
    const pid = await until('the program begins', () => {
      const text = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim() : ''
      return text === '' ? undefined : Number(text)
    })
    clock.advance(90_000)
    await failure
    await until('the program ends with its worker', () => (isRunning(pid) ? undefined : true))
    workers.close()
  })
})
