import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { makeWithFfmpeg } from '../../../test/media-samples.ts'
import { type MediaWork, openMediaWork } from '../../../test/media-work.ts'

const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2']
const film = ['-f', 'lavfi', '-i', 'testsrc=duration=2:size=128x96:rate=5', '-pix_fmt', 'yuv420p']
const cover = ['-f', 'lavfi', '-i', 'color=red:size=32x32:duration=2:rate=0.5', '-c:v', 'mjpeg']
const aac = ['-c:a', 'aac']
const opus = ['-c:a', 'libopus']

const wanted = {
  'isom.mp4': [...tone, ...aac],
  'mp42.mp4': [...tone, ...aac, '-brand', 'mp42'],
  'pieces.mp4': [...tone, ...aac, '-movflags', 'frag_keyframe+empty_moov'],
  'index-in-front.mp4': [...tone, ...aac, '-movflags', '+faststart'],
  'mp3.mp4': [...tone, '-c:a', 'libmp3lame'],
  'opus.mp4': [...tone, ...opus],
  'a.m4a': [...tone, ...aac],
  'cover.m4a': [...tone, ...cover, ...aac, '-disposition:v', 'attached_pic'],
  'alac.m4a': [...tone, '-c:a', 'alac'],
  'a.3gp': [...tone, ...aac],
  'a.mov': [...tone, ...aac],
  'pcm.mov': [...tone, '-c:a', 'pcm_s16le'],
  'ulaw.mov': [...tone, '-c:a', 'pcm_mulaw'],
  'ima.mov': [...tone, '-c:a', 'adpcm_ima_qt'],
  'mp3.mov': [...tone, '-c:a', 'libmp3lame'],
  'cover-track.mov': [...tone, ...cover, ...aac],
  'a.webm': [...tone, ...opus],
  'vorbis.webm': [...tone, '-c:a', 'libvorbis'],
  'a.mka': [...tone, ...opus],
  'film.mp4': [...tone, ...film, ...aac],
  'film.webm': [...tone, ...film, ...opus],
  'film.mov': [...tone, ...film, ...aac],
  'film.3gp': [...tone, ...film, ...aac],
  'silent.mp4': film,
} satisfies Record<string, string[]>

type Name = keyof typeof wanted

let files: Record<Name, Buffer>
let work: MediaWork

const asItIs: Name[] = [
  'isom.mp4',
  'mp42.mp4',
  'pieces.mp4',
  'index-in-front.mp4',
  'mp3.mp4',
  'a.m4a',
  'cover.m4a',
  'alac.m4a',
  'a.3gp',
]
const converted: Name[] = [
  'opus.mp4',
  'a.mov',
  'pcm.mov',
  'ulaw.mov',
  'ima.mov',
  'mp3.mov',
  'cover-track.mov',
  'a.webm',
  'vorbis.webm',
  'a.mka',
]
const films: Name[] = ['film.mp4', 'film.webm', 'film.mov', 'film.3gp', 'silent.mp4']

suite('sound in containers of videos', () => {
  before(async () => {
    files = await makeWithFfmpeg(wanted)
    work = openMediaWork()
  })
  after(() => work.close())

  test('is a sound as it is where phones play it', async () => {
    for (const name of asItIs) {
      const sent = await work.send('audio', files[name])
      assert.equal(sent.mimetype, 'audio/mp4', name)
      assert.equal(Math.round(sent.seconds ?? 0), 2, name)
      assert.deepEqual(sent.bytes, files[name], name)
    }
  })

  test('is converted to Opus where they do not', async () => {
    for (const name of converted) {
      const sent = await work.send('audio', files[name])
      assert.equal(sent.mimetype, 'audio/ogg; codecs=opus', name)
      assert.equal(Math.round(sent.seconds ?? 0), 2, name)
      assert.equal(sent.bytes.toString('latin1', 0, 4), 'OggS', name)
    }
  })

  test('becomes a voice note', async () => {
    for (const name of [...asItIs, ...converted]) {
      const sent = await work.send('voice', files[name])
      assert.equal(sent.mimetype, 'audio/ogg; codecs=opus', name)
      assert.equal(sent.waveform?.length, 64, name)
    }
  })

  test('is no video and no moving picture, and a sentence says what it is', async () => {
    for (const name of ['isom.mp4', 'mp42.mp4', 'pieces.mp4', 'a.m4a', 'a.3gp'] as const) {
      for (const kind of ['video', 'gif'] as const) {
        const { refused, message } = await work.refuse(kind, files[name])
        assert.equal(refused, 'wrong_type', name)
        assert.match(message, /holds sound without pictures/, name)
      }
    }
  })

  test('with moving pictures is no sound; without sound there is no voice in it', async () => {
    for (const name of films) {
      const { refused, message } = await work.refuse('audio', files[name])
      assert.equal(refused, 'wrong_type', name)
      assert.match(message, /not a sound recording/, name)
    }
    assert.equal((await work.refuse('voice', files['silent.mp4'])).refused, 'unreadable')
    assert.equal((await work.send('video', files['silent.mp4'])).width, 128)
  })

  test('in a document without a type of its own is called a sound', async () => {
    assert.equal((await work.send('document', files['isom.mp4'], { name: 'memo' })).mimetype, 'audio/mp4')
    assert.equal((await work.send('document', files['a.webm'], { name: 'memo' })).mimetype, 'audio/webm')
    assert.equal((await work.send('document', files['film.mp4'], { name: 'memo' })).mimetype, 'video/mp4')
    assert.equal((await work.send('document', files['isom.mp4'], { name: 'a.mp4' })).mimetype, 'video/mp4')
  })

  test('speech for machines that listen is a small MP3 of one channel, whatever it was recorded as', async () => {
    for (const name of ['a.m4a', 'a.3gp', 'a.webm', 'opus.mp4', 'film.mp4'] as const) {
      const { bytes, mimetype } = await work.send('speech', files[name])
      assert.equal(mimetype, 'audio/mpeg', name)
      // Two seconds of 32 kbit.
      assert.ok(bytes.length > 4000 && bytes.length < 12_000, `${name}: ${bytes.length} bytes`)
    }
    assert.equal((await work.refuse('speech', Buffer.from('no sound'))).refused, 'wrong_type')
  })
})
