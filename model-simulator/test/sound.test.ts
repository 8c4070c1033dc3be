import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { speechMark, withSpeech } from '../src/sound/marks.ts'
import { type Client, startClient } from './client.ts'

type Fields = { model?: string; name?: string; [field: string]: string }

async function transcribe(client: Client, sound: Uint8Array, fields: Fields = {}) {
  const { name = 'voice.ogg', model = 'sim-hear', ...others } = fields
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(sound)], { type: 'audio/ogg' }), name)
  form.append('model', model)
  for (const [key, value] of Object.entries(others)) form.append(key, value)
  const response = await fetch(`${client.simulator.url}/v1/audio/transcriptions`, {
    method: 'POST',
    body: form,
  })
  return { status: response.status, text: await response.text() }
}

const verbose = { response_format: 'verbose_json' }
const noise = new Uint8Array(2000).fill(7)

describe('transcriptions', () => {
  const directory = mkdtempSync(join(tmpdir(), 'model-simulator-'))
  let client: Client
  before(async () => {
    client = await startClient()
  })
  after(async () => {
    await client.simulator.close()
    rmSync(directory, { recursive: true, force: true })
  })

  test('say what the mark behind the sound says, in every format', async () => {
    const sound = withSpeech(noise, { text: 'Haben Sie morgen geöffnet?' })
    assert.deepEqual(JSON.parse((await transcribe(client, sound)).text), {
      text: 'Haben Sie morgen geöffnet?',
    })
    const text = await transcribe(client, sound, { response_format: 'text' })
    assert.equal(text.text, 'Haben Sie morgen geöffnet?\n')
    const whole = JSON.parse((await transcribe(client, sound, verbose)).text)
    assert.equal(whole.language, 'german')
    assert.equal(whole.segments[0].text, ' Haben Sie morgen geöffnet?')
    assert.ok(whole.segments[0].no_speech_prob < 0.1 && whole.segments[0].avg_logprob > -0.2)
  })

  test('of a mark in the comment of a file hear it in every format that ffmpeg makes and keeps it in', async () => {
    const mark = speechMark({ text: 'Ich hätte gern zwei Fahrräder', language: 'de' })
    const make = (name: string, ...from: string[]) => {
      const file = join(directory, name)
      execFileSync('ffmpeg', ['-loglevel', 'error', '-y', ...from, file])
      return file
    }
    const tone = ['-f', 'lavfi', '-i', 'sine=duration=1', '-metadata', `comment=${mark}`]
    const ogg = make('voice.ogg', ...tone, '-c:a', 'libopus')
    const others = ['voice.mp3', 'voice.m4a', 'voice.wav', 'voice.flac', 'voice.webm']
    for (const file of [ogg, ...others.map((name) => make(name, '-i', ogg, '-map_metadata', '0:s:0'))]) {
      const name = file.slice(directory.length + 1)
      const { text } = await transcribe(client, readFileSync(file), { name })
      assert.deepEqual(JSON.parse(text), { text: 'Ich hätte gern zwei Fahrräder' }, name)
    }
  })

  test('of silence have words all the same, and a probability that tells', async () => {
    const { text, segments } = JSON.parse((await transcribe(client, noise, verbose)).text)
    assert.equal(text, 'Thank you for watching!')
    assert.ok(segments[0].no_speech_prob > 0.9 && segments[0].avg_logprob < -1)
  })

  test('of several marks are several segments, each with its own figures', async () => {
    const sound = withSpeech(
      noise,
      { text: 'Hello there.', language: 'en', confidence: 0.5 },
      { text: 'Mumble', noSpeech: 0.8 },
    )
    const { text, language, duration, segments } = JSON.parse((await transcribe(client, sound, verbose)).text)
    assert.deepEqual([text, language], ['Hello there. Mumble', 'english'])
    assert.ok(Math.abs(segments[0].avg_logprob - Math.log(0.5)) < 1e-3)
    assert.equal(segments[1].no_speech_prob, 0.8)
    assert.equal(segments[1].start, segments[0].end)
    assert.equal(duration, segments[1].end)
  })

  test('in short form have probabilities of words, or segments, for those who ask', async () => {
    const sound = withSpeech(noise, { text: 'Hello there', confidence: 0.5 })
    const words = JSON.parse((await transcribe(client, sound, { 'include[]': 'logprobs' })).text)
    assert.deepEqual(
      words.logprobs.map(({ token }: { token: string }) => token),
      [' Hello', ' there'],
    )
    const parts = JSON.parse((await transcribe(client, sound, { timestamp_granularities: 'segment' })).text)
    assert.deepEqual(parts, {
      text: 'Hello there',
      segments: [{ text: ' Hello there', start: 0, end: 1 }],
      usage: { prompt_audio_seconds: 1 },
    })
  })

  test('are refused for names and sizes that services refuse', async () => {
    const refused = [
      [{ name: 'voice.opus' }, noise, 400, /Unrecognized file format/],
      [{ name: 'voice' }, noise, 400, /Unrecognized file format/],
      [{ model: 'sim-hear+no-ogg' }, noise, 400, /Unrecognized file format/],
      [{ model: 'sim-hear+small-files' }, new Uint8Array(70_000), 413, /size limit/],
      [{}, new Uint8Array(0), 400, /too short/],
      [{ model: 'sim-hear+no-verbose-json', ...verbose }, noise, 400, /not compatible/],
      [{ model: 'gpt-4o-mini-transcribe', ...verbose }, noise, 400, /not compatible/],
    ] as const
    for (const [fields, sound, status, says] of refused) {
      const reply = await transcribe(client, sound, fields)
      assert.equal(reply.status, status, JSON.stringify(fields))
      assert.match(JSON.parse(reply.text).error.message, says)
    }
    assert.equal(
      (await transcribe(client, noise, { model: 'sim-hear+no-ogg', name: 'voice.mp3' })).status,
      200,
    )
    const json = await client.post('/v1/audio/transcriptions', { model: 'sim-hear' })
    assert.equal(json.status, 400)
  })

  test('are in the log without the sound itself', async () => {
    client.simulator.clearLog()
    await transcribe(client, withSpeech(noise, { text: 'Hello' }), { language: 'en' })
    const [entry] = client.simulator.log('transcription')
    assert.deepEqual(entry?.body, {
      model: 'sim-hear',
      language: 'en',
      file: { name: 'voice.ogg', type: 'audio/ogg', size: 2000 + speechMark({ text: 'Hello' }).length },
    })
    assert.deepEqual([entry?.status, entry?.answer], [200, 'Hello'])
  })
})
