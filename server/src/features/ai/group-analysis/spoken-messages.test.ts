import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type ModelSimulator, startModelSimulator } from '@moltflow/model-simulator'
import { withSpeech } from '@moltflow/model-simulator/sound'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
  recordEvents,
} from '../../../../test/linked-session.ts'
import { consentToAi } from '../../../../test/model-world.ts'

let app: LinkedApp
let models: ModelSimulator
let tenant: TestTenant
let session: LinkedSession

before(async () => {
  models = await startModelSimulator()
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
  await consentToAi(tenant.api)
  await tenant.api.patch(200, '/ai/config', {
    provider: 'compatible',
    base_url: `${models.url}/v1`,
    model: 'sim-chat',
    transcription_model: 'sim-hear',
    daily_token_budget: 1_000_000,
  })
  await tenant.api.patch(200, `/sessions/${session.id}/settings`, { auto_transcribe: true })
})
after(async () => {
  await app.close()
  await models.close()
})

interface Group {
  id: string
  wa: string
  member: string
}

async function monitor(body: Record<string, unknown>): Promise<Group> {
  const member = addContact(app)
  const { id: wa } = app.simulator.groups.create({
    subject: 'Neighbourhood',
    owner: addContact(app),
    members: [member, session.phone],
  })
  const { id } = await tenant.api.post(201, '/groups', { session_id: session.id, wa_group_id: wa, ...body })
  return { id, wa, member }
}

/** A voice message of the member; answers its id once it is stored, before it is written down. */
async function speak({ wa, member }: Group, text: string): Promise<string> {
  const received = nextEvent(app, 'message.received', (each) => each.chatId === wa)
  const bytes = withSpeech(Buffer.from('OggS'), { text })
  const media = { kind: 'voice', bytes, mimetype: 'audio/ogg; codecs=opus' }
  await app.simulator.sendMessage(member, { to: wa, media } as never)
  return (await received).messageId
}

/** Lets sounds be written down, and the time pass in which messages are gathered for their analysis. */
async function work(): Promise<void> {
  await app.runJobs()
  app.clock.advance(5000)
  await app.runJobs()
}

const captured = async ({ id }: Group) => (await tenant.api.get(200, `/groups/${id}/messages`)).items
const leadsOf = async ({ id }: Group) => (await tenant.api.get(200, `/leads?source_group_id=${id}`)).leads
const wish = 'I want to buy a bicycle, what is the price?'

suite('voice messages in monitored groups', () => {
  test('first_message: the lead gets the words and the score that they are worth', async () => {
    const group = await monitor({ monitor_mode: 'first_message' })
    await speak(group, wish)
    const [wordless] = await leadsOf(group)
    assert.equal(wordless.trigger.message_preview, '')
    await work()
    const [lead, ...more] = await leadsOf(group)
    assert.deepEqual([lead.id, lead.trigger.message_preview, more], [wordless.id, wish, []])
    assert.ok(lead.signal_score > wordless.signal_score, `${wordless.signal_score} to ${lead.signal_score}`)
    const { score_signals: signals } = await tenant.api.get(200, `/leads/${lead.id}`)
    assert.ok(signals.some(({ signal }: { signal: string }) => signal === 'purchase'))
    assert.equal((await captured(group)).length, 1)
  })

  test('keywords: what holds one is captured when it is written down, once, and makes a lead', async () => {
    const group = await monitor({ monitor_keywords: ['bicycle'] })
    const told = recordEvents(app, ['group.message'])
    await speak(group, 'Nice weather today')
    const id = await speak(group, wish)
    assert.deepEqual(await captured(group), [])
    await work()
    const items = await captured(group)
    assert.deepEqual(
      items.map((item: Record<string, string>) => [item['id'], item['matched_keyword']]),
      [[id, 'bicycle']],
    )
    const [lead] = await leadsOf(group)
    assert.deepEqual([lead.trigger.matched_keyword, lead.trigger.message_preview], ['bicycle', wish])
    assert.deepEqual(
      told.received.map(({ payload }) => (payload as { text?: string }).text),
      [wish],
    )
    const { messages_processed: heard, leads_detected: leads } = await tenant.api.get(
      200,
      `/groups/${group.id}`,
    )
    assert.deepEqual([heard, leads], [2, 1])
    await told.close()
  })

  test('ai_analysis: it is analysed by what was said', async () => {
    const group = await monitor({ monitor_mode: 'ai_analysis' })
    await speak(group, wish)
    await work()
    const [item] = await captured(group)
    assert.equal(item.ai_analysis.intent, 'buying_intent')
    const [lead] = await leadsOf(group)
    assert.equal(lead.trigger.message_preview, wish)
  })

  test('ai_analysis: one that was given up for want of words is analysed when they are there', async () => {
    await tenant.api.patch(200, `/sessions/${session.id}/settings`, { auto_transcribe: false })
    const group = await monitor({ monitor_mode: 'ai_analysis' })
    const id = await speak(group, wish)
    await work()
    const [before] = await captured(group)
    assert.deepEqual([before.awaiting_analysis, before.ai_analysis], [false, null])
    await tenant.api.post(200, '/ai/voice/transcribe', { message_id: id })
    await work()
    const [item] = await captured(group)
    assert.equal(item.ai_analysis.intent, 'buying_intent')
  })

  test('a message that is a day old is written down and makes nothing', async () => {
    const group = await monitor({ monitor_keywords: ['bicycle'] })
    const id = await speak(group, wish)
    // A login does not last for so long.
    const api = app.api.with({ 'x-api-key': await tenant.key(['*']) })
    app.clock.jump(25 * 3_600_000)
    await api.post(200, '/ai/voice/transcribe', { message_id: id })
    await work()
    assert.equal((await api.get(200, `/ai/messages/${id}/transcript`)).transcript, wish)
    assert.deepEqual((await api.get(200, `/groups/${group.id}/messages`)).items, [])
  })
})
