import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { type ModelSimulator, startModelSimulator } from '@moltflow/model-simulator'
import { speechMark, withSpeech } from '@moltflow/model-simulator/sound'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
  recordEvents,
} from '../../../../test/linked-session.ts'
import { consentToAi } from '../../../../test/model-world.ts'
import { expireTranscripts } from './transcripts.service.ts'

const said = 'Please bring two bicycles on Friday morning.'
let app: LinkedApp
let models: ModelSimulator
let tenant: TestTenant
let session: LinkedSession
let phone: string
/** Two seconds of Opus with words in their comment, which every conversion keeps. */
let opus: Buffer

async function record(comment: string): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-voice-'))
  const path = join(directory, 'voice.ogg')
  const tone = ['-f', 'lavfi', '-i', 'sine=frequency=300:duration=2', '-c:a', 'libopus', '-b:a', '24k']
  try {
    await promisify(execFile)('ffmpeg', [
      '-loglevel',
      'error',
      '-y',
      ...tone,
      '-metadata',
      `comment=${comment}`,
      path,
    ])
    return readFileSync(path)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function receive(bytes: Uint8Array, kind = 'voice', from = phone, to = session): Promise<string> {
  const received = nextEvent(app, 'message.received', (each) => each.hasMedia && each.sessionId === to.id)
  const media = {
    kind,
    bytes,
    mimetype: kind === 'document' ? 'text/plain' : 'audio/ogg; codecs=opus',
    fileName: 'a.txt',
  }
  await app.simulator.sendMessage(from, { to: to.phone, media } as never)
  return (await received).messageId
}

const configure = (config: object) =>
  tenant.api.patch(200, '/ai/config', {
    provider: 'compatible',
    base_url: `${models.url}/v1`,
    model: 'sim-chat',
    transcription_model: 'sim-hear',
    ...config,
  })

const ask = (id: string) => tenant.api.post(200, '/ai/voice/transcribe', { message_id: id })
const stateOf = (task: { task_id: string }) => tenant.api.get(200, `/ai/voice/status/${task.task_id}`)

/** Asks for a transcript and lets the work be done. */
async function transcribe(id: string) {
  const task = await ask(id)
  await app.runJobs()
  return stateOf(task)
}

suite('transcripts', () => {
  before(async () => {
    models = await startModelSimulator()
    app = await createLinkedApp()
    tenant = await app.tenant()
    await consentToAi(tenant.api)
    await configure({})
    session = await linkSession(app, tenant.api)
    phone = await addWarmContact(app, session)
    opus = await record(speechMark({ text: said, confidence: 0.9 }))
  })
  after(async () => {
    await app.close()
    await models.close()
  })

  test('queued, written down, read by task and by message; asked again it is there at once', async () => {
    const id = await receive(withSpeech(opus))
    const task = await ask(id)
    assert.deepEqual(task, { task_id: task.task_id, message_id: id, status: 'queued' })
    assert.deepEqual(await stateOf(task), { task_id: task.task_id, status: 'queued', result: null })
    await tenant.api.get(404, `/ai/messages/${id}/transcript`)
    // Nobody is asked twice for the same words.
    assert.deepEqual(await ask(id), task)
    models.clearLog()
    await app.runJobs()
    const result = { transcript: said, language: 'en', confidence: 0.9 }
    assert.deepEqual(await stateOf(task), { task_id: task.task_id, status: 'completed', result })
    assert.deepEqual(await ask(id), { ...task, status: 'completed', result })
    const transcript = await tenant.api.get(200, `/ai/messages/${id}/transcript`)
    assert.partialDeepStrictEqual(transcript, { message_id: id, ...result })
    assert.match(transcript.transcribed_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    // WhatsApp's Opus goes out as `.ogg`: some providers refuse it by any other name.
    const [sent, ...more] = models.log('transcription')
    assert.deepEqual(more, [])
    assert.match(JSON.stringify(sent?.body), /voice\.ogg/)
    const { rows } = await app.database.db.pool.query('SELECT * FROM transcripts WHERE message_id = $1', [id])
    assert.equal(JSON.stringify(rows).includes('bicycles'), false, 'what is said is kept encrypted')
    const { days } = await tenant.api.get(200, '/ai/usage')
    assert.ok(
      days.some(
        ({ purpose, calls }: { purpose: string; calls: number }) =>
          purpose === 'transcription' && calls === 1,
      ),
    )
  })

  test('a sound that is refused or too large is sent once more as small speech', async () => {
    await configure({ transcription_model: 'hear+no-ogg' })
    models.clearLog()
    assert.partialDeepStrictEqual(await transcribe(await receive(opus)), {
      status: 'completed',
      result: { transcript: said },
    })
    const names = models.log('transcription').map(({ body }) => /voice\.\w+/.exec(JSON.stringify(body))?.[0])
    assert.deepEqual(names, ['voice.ogg', 'voice.mp3'])
    await configure({ transcription_model: 'hear+small-files' })
    const padded = Buffer.concat([opus, Buffer.alloc(100_000)])
    assert.partialDeepStrictEqual(await transcribe(await receive(padded)), {
      status: 'completed',
      result: { transcript: said },
    })
    await configure({ transcription_model: 'hear+no-verbose-json' })
    assert.partialDeepStrictEqual(await transcribe(await receive(opus)), {
      status: 'completed',
      result: { transcript: said },
    })
    await configure({})
  })

  test('silence is recognised by the model’s own probabilities, and no words are made of it', async () => {
    const silent = await record('nothing')
    assert.partialDeepStrictEqual(await transcribe(await receive(silent)), {
      status: 'completed',
      result: { transcript: '' },
    })
    const half = withSpeech(
      silent,
      { text: said },
      { text: 'Thank you for watching!', noSpeech: 0.95, confidence: 0.3 },
    )
    assert.partialDeepStrictEqual(await transcribe(await receive(half)), { result: { transcript: said } })
  })

  test('a provider that is busy is waited for; one that refuses ends the task with its words, and it may be asked again', async () => {
    const id = await receive(opus)
    models.fault({ trait: 'rate-limited', kind: 'transcription', times: 1, retryAfterSeconds: 30 })
    const task = await ask(id)
    await app.runJobs()
    assert.equal((await stateOf(task)).status, 'queued')
    await configure({ transcription_model: 'hear+unheard-of' })
    await app.runJobs({ includeDelayed: true })
    const failed = await stateOf(task)
    assert.equal(failed.status, 'failed')
    assert.match(failed.error, /404.*does not exist/)
    await configure({})
    assert.equal((await ask(id)).status, 'queued')
    await app.runJobs()
    assert.equal((await stateOf(task)).status, 'completed')
  })

  test('a consent that is withdrawn before its turn stops it', async () => {
    const id = await receive(opus)
    const task = await ask(id)
    await tenant.api.patch(200, '/tenant/settings', { ai_consent_enabled: false })
    models.clearLog()
    await app.runJobs()
    await consentToAi(tenant.api)
    assert.equal((await stateOf(task)).status, 'failed')
    assert.deepEqual(models.log(), [])
  })

  test('400 for what is no sound, or has none any more; 404 for others’; 400 without a provider', async () => {
    const other = await app.tenant()
    await consentToAi(other.api)
    const id = await receive(opus)
    await other.api.post(404, '/ai/voice/transcribe', { message_id: id })
    await other.api.get(404, `/ai/messages/${id}/transcript`)
    await other.api.get(404, `/ai/voice/status/${(await ask(id)).task_id}`)
    const text = await receive(Buffer.from('hello'), 'document')
    assert.equal((await tenant.api.post(400, '/ai/voice/transcribe', { message_id: text })).code, 'no_sound')
    const old = await receive(opus)
    const { pool } = app.database.db
    await pool.query('UPDATE messages SET proto = NULL WHERE id = $1', [old])
    assert.equal((await tenant.api.post(400, '/ai/voice/transcribe', { message_id: old })).code, 'sound_gone')
    await configure({ enabled: false })
    const fresh = await receive(opus)
    assert.equal(
      (await tenant.api.post(400, '/ai/voice/transcribe', { message_id: fresh })).code,
      'ai_provider_missing',
    )
    await configure({ enabled: true })
    await tenant.api.post(422, '/ai/voice/transcribe', {})
    await tenant.api.get(404, '/ai/voice/status/no-task')
  })

  test('every inbound voice message of a session that is set to it, with consent, and no other one', async () => {
    await app.runJobs()
    const ready = recordEvents(app, ['transcript.ready'])
    await tenant.api.patch(200, `/sessions/${session.id}/settings`, { auto_transcribe: true })
    const voice = await receive(opus)
    const sound = await receive(opus, 'audio')
    await tenant.api.patch(200, '/tenant/settings', { ai_consent_enabled: false })
    const without = await receive(opus)
    await consentToAi(tenant.api)
    await tenant.api.patch(200, `/sessions/${session.id}/settings`, { auto_transcribe: false })
    const off = await receive(opus)
    await app.runJobs()
    assert.equal((await tenant.api.get(200, `/ai/messages/${voice}/transcript`)).transcript, said)
    for (const id of [sound, without, off]) await tenant.api.get(404, `/ai/messages/${id}/transcript`)
    const told = ready.received.map(({ payload }) => payload as { messageId?: string; sessionId?: string })
    assert.deepEqual(
      told.map(({ messageId, sessionId }) => [messageId, sessionId]),
      [[voice, session.id]],
    )
    await ready.close()
  })

  test('one person’s flood is not the bill of the tenant: thirty of a conversation in an hour', async () => {
    const { pool } = app.database.db
    await tenant.api.patch(200, `/sessions/${session.id}/settings`, { auto_transcribe: true })
    const countOf = async (condition: string, id: string) => {
      const sql = `SELECT count(*)::int AS n FROM transcripts WHERE ${condition}`
      return (await pool.query(sql, [id])).rows[0].n
    }
    const isQueued = async (id: string) => (await countOf('message_id = $1', id)) === 1
    const sameChat = 'chat_id = (SELECT chat_id FROM messages WHERE id = $1)'
    let id = await receive(opus)
    while (await isQueued(id)) id = await receive(opus)
    assert.equal(await countOf(sameChat, id), 30)
    assert.equal((await ask(id)).status, 'queued', 'it may still be asked for')
    const friend = await addWarmContact(app, session)
    assert.ok(await isQueued(await receive(opus, 'voice', friend)))
    await pool.query("UPDATE transcripts SET created_at = created_at - interval '1 hour'")
    assert.ok(await isQueued(await receive(opus)), 'an hour later it goes on')
    await tenant.api.patch(200, `/sessions/${session.id}/settings`, { auto_transcribe: false })
  })

  test('own transcripts stay readable after a downgrade; whoever has none is told about the plan', async () => {
    const id = await receive(opus)
    await transcribe(id)
    const { pool } = app.database.db
    const setPlan = async (plan: string) => {
      await pool.query('UPDATE tenants SET plan_id = $2 WHERE id = $1', [tenant.id, plan])
      app.clock.jump(61_000)
    }
    await setPlan('free')
    assert.equal((await tenant.api.get(200, `/ai/messages/${id}/transcript`)).transcript, said)
    assert.equal(
      (await tenant.api.get(403, `/ai/messages/${app.app.ctx.ids.uuid()}/transcript`)).code,
      'plan_feature_missing',
    )
    assert.equal(
      (await tenant.api.post(403, '/ai/voice/transcribe', { message_id: id })).code,
      'plan_feature_missing',
    )
    await setPlan('unlimited')
  })

  test('goes with its message: when it is taken back, and when its text is over', async () => {
    const [id, kept] = [await receive(opus), await receive(opus)]
    await transcribe(id)
    await transcribe(kept)
    const { pool } = app.database.db
    const { rows } = await pool.query('SELECT wa_message_id FROM messages WHERE id = $1', [id])
    const deleted = nextEvent(app, 'message.deleted', (each) => each.messageId === id)
    await app.simulator.sendMessage(phone, { to: session.phone, revoke: { message: rows[0].wa_message_id } })
    await deleted
    await tenant.api.get(404, `/ai/messages/${id}/transcript`)
    await expireTranscripts(app.app.ctx)
    await tenant.api.get(200, `/ai/messages/${kept}/transcript`)
    await pool.query("UPDATE transcripts SET message_created_at = message_created_at - interval '91 days'")
    await expireTranscripts(app.app.ctx)
    await tenant.api.get(404, `/ai/messages/${kept}/transcript`)
  })
})
