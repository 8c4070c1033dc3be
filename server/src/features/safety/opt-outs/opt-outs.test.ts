import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, createSession } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { applyMappings } from '../../conversations/inbound/merge-contacts.service.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import type { Origin } from '../../sending/outbox/outbox.schema.ts'
import { submit } from '../../sending/outbox/submit.service.ts'
import { wishOf } from './opt-out-words.ts'

let app: LinkedApp

before(async () => {
  app = await createLinkedApp()
})
after(() => app.close())

const own = { optOutWords: null, optInWords: null }

suite('words', () => {
  test('a whole message in any case, with accents or without, and signs around it', () => {
    const words = [
      'STOP',
      'stop',
      ' Stop! ',
      'Stop.',
      '"STOP"',
      'Arrêt',
      'ARRET',
      'baja',
      'Opt-out',
      'opt out',
      'UNSUBSCRIBE',
    ]
    for (const text of [
      ...words,
      'стоп',
      'הסר',
      'إلغاء الاشتراك',
      'الغاء الاشتراك',
      'ايقاف',
      'إيـقاف',
      'إِيقَاف',
      'הָסֵר',
      '退订',
      '配信停止',
      '수신거부',
      'ยกเลิก',
      'रोको',
    ])
      assert.equal(wishOf(text, own)?.isOptedOut, true, text)
    for (const text of ['START', 'unstop', 'Alta', 'СТАРТ', 'הצטרפות', '订阅'])
      assert.equal(wishOf(text, own)?.isOptedOut, false, text)
  })

  test('a sentence with such a word in it is no wish', () => {
    for (const text of [
      'Please stop by tomorrow',
      'bus stop',
      'stop it, you are funny',
      'non stop',
      'start now?',
      '',
      '!',
      'ok',
    ])
      assert.equal(wishOf(text, own), undefined, text)
  })

  test('the tenant’s own words take the place of the product’s', () => {
    const words = { optOutWords: ['Genug'], optInWords: ['Weiter'] }
    assert.equal(wishOf('genug!', words)?.isOptedOut, true)
    assert.equal(wishOf('STOP', words), undefined)
    assert.equal(wishOf('weiter', words)?.isOptedOut, false)
  })
})

suite('opt-outs', () => {
  let tenant: TestTenant
  let session: LinkedSession

  before(async () => {
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
  })

  async function hear(phone: string, text: string): Promise<void> {
    const received = nextEvent(app, 'message.received', (told) => told.chatId === `${phone}@c.us`)
    await app.simulator.sendMessage(phone, { to: session.phone, text })
    await received
  }

  let count = 0
  const send = (phone: string, origin: Origin) => {
    count += 1
    const content = { kind: 'text' as const, text: `News ${count}` }
    const ctx = { ...app.app.ctx, caller: { kind: 'system' as const, tenantId: tenant.id } }
    return submit(ctx, { sessionId: session.id, chatId: `${phone}@c.us`, content, origin })
  }

  test('STOP: nothing by itself any more, a person may still answer; START allows it again; the ledger tells', async () => {
    const phone = await addWarmContact(app, session)
    await send(phone, 'bulk')
    await hear(phone, 'Stop!')
    for (const origin of ['bulk', 'schedule', 'report', 'auto_reply'] as const)
      await assert.rejects(send(phone, origin), { code: 'recipient_opted_out', status: 403 }, origin)
    for (const origin of ['api', 'agent', 'tool'] as const) await send(phone, origin)
    const list = await tenant.api.get(200, '/opt-outs')
    assert.deepEqual(
      list.opt_outs.map((one: { phone: string; opted_out: boolean }) => [one.phone, one.opted_out]),
      [[`+${phone}`, true]],
    )
    await hear(phone, 'STOP')
    await hear(phone, 'Start')
    await send(phone, 'bulk')
    const { opted_out: isOut, history } = await tenant.api.get(200, `/opt-outs/${phone}`)
    assert.equal(isOut, false)
    assert.deepEqual(
      history.map((one: Record<string, unknown>) => [
        one.opted_out,
        one.how,
        one.word,
        one.session_id,
        one.user_id,
      ]),
      [
        [false, 'message', 'start', session.id, null],
        [true, 'message', 'stop', session.id, null],
      ],
    )
    assert.equal((await tenant.api.get(200, '/opt-outs')).total, 0)
    assert.equal((await tenant.api.get(200, '/opt-outs?opted_out=false')).total, 1)
  })

  test('by hand, both ways; another tenant sees nothing of it', async () => {
    const phone = await addWarmContact(app, session)
    await tenant.api.get(404, `/opt-outs/${phone}`)
    const entered = await tenant.api.put(200, `/opt-outs/+${phone}`)
    assert.deepEqual(
      [entered.opted_out, entered.history[0].how, entered.history[0].user_id],
      [true, 'manual', tenant.userId],
    )
    await tenant.api.put(200, `/opt-outs/${phone}`)
    assert.equal((await tenant.api.get(200, `/opt-outs/${phone}`)).history.length, 1)
    await assert.rejects(send(phone, 'schedule'), { code: 'recipient_opted_out' })
    const other = await app.tenant()
    await other.api.get(404, `/opt-outs/${phone}`)
    assert.equal((await other.api.get(200, '/opt-outs')).total, 0)
    assert.equal((await other.api.get(200, `/opt-outs?search=${phone}`)).total, 0)
    const begins = encodeURIComponent(`+${phone.slice(0, 4)} ${phone.slice(4, -1)}`)
    const found = await tenant.api.get(200, `/opt-outs?search=${begins}`)
    assert.ok(found.opt_outs.some((entry: { phone: string }) => entry.phone === `+${phone}`))
    assert.equal((await tenant.api.get(200, `/opt-outs?search=9${phone}`)).total, 0)
    assert.equal((await tenant.api.delete(200, `/opt-outs/${phone}`)).opted_out, false)
    await send(phone, 'schedule')
    await tenant.api.get(404, '/opt-outs/nobody')
  })

  test('words of the tenant', async () => {
    const phone = await addWarmContact(app, session)
    await tenant.api.patch(200, '/tenant/settings', { opt_out_words: ['Genug'], opt_in_words: ['Weiter'] })
    await hear(phone, 'STOP')
    await send(phone, 'bulk')
    await hear(phone, 'genug')
    await assert.rejects(send(phone, 'bulk'), { code: 'recipient_opted_out' })
    await tenant.api.patch(200, '/tenant/settings', { opt_out_words: null, opt_in_words: null })
    await hear(phone, 'START')
    await send(phone, 'bulk')
  })

  test('in a group the word means nothing', async () => {
    const phone = await addWarmContact(app, session)
    const ctx = { ...app.app.ctx, caller: { kind: 'system' as const, tenantId: tenant.id } }
    const message = buildInboundMessage(
      { tenantId: tenant.id, sessionId: session.id },
      {
        chatId: '120363000000000001@g.us',
        isGroup: true,
        sender: { phone, lid: null, pushName: null },
        content: { kind: 'text', text: 'STOP', mentions: [] },
      },
    )
    await storeInbound(ctx, [message])
    await tenant.api.get(404, `/opt-outs/${phone}`)
  })

  test('who opted out while the number was hidden is left alone under the number too', async () => {
    const { id: sessionId } = await createSession(tenant.api)
    const ctx = { ...app.app.ctx, caller: { kind: 'system' as const, tenantId: tenant.id } }
    const [lid, phone] = ['99887766554433', '15557654321']
    const message = buildInboundMessage(
      { tenantId: tenant.id, sessionId },
      {
        chatId: `${lid}@c.us`,
        sender: { phone: null, lid, pushName: null },
        content: { kind: 'text', text: 'STOP', mentions: [] },
      },
    )
    await storeInbound(ctx, [message])
    const [hidden] = (await tenant.api.get(200, '/opt-outs')).opt_outs
    assert.equal(hidden.phone, null)
    await applyMappings(ctx, [{ tenantId: tenant.id, sessionId, phone, lid }])
    await assert.rejects(send(phone, 'bulk'), { code: 'recipient_opted_out' })
    assert.equal((await tenant.api.get(200, `/opt-outs/${phone}`)).opted_out, true)
    assert.equal((await tenant.api.delete(200, `/opt-outs/${phone}`)).opted_out, false)
  })
})
