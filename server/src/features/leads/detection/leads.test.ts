import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { LeadsWorld } from '../../../../test/leads-world.ts'
import { recordEvents } from '../../../../test/linked-session.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { applyMappings } from '../../conversations/inbound/merge-contacts.service.ts'
import { messageDeleted, messageEdited } from '../../conversations/messages/message-events.schema.ts'
import { expireLeadTextsJob } from './lead-upkeep.schema.ts'
import type { LeadSignal } from './leads.service.ts'

let app: TestApp

const dayMs = 86_400_000
const makeWorld = async (plan?: string) =>
  new LeadsWorld(app, await app.tenant(plan === undefined ? {} : { plan }))

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

suite('detection', () => {
  test('one open lead per person: further signals are added to it, its detection stays, the event comes once', async () => {
    const world = await makeWorld()
    const events = recordEvents(app, ['lead.detected'])
    const anna = await world.person('Anna')
    const at = app.clock.now()
    const first = world.signal(anna, { at })
    const second = world.signal(anna, {
      at: new Date(at.getTime() + 60_000),
      text: 'How much is it?',
      matchedKeyword: 'how much',
      groupId: world.ctx.ids.uuid(),
      waGroupId: '120363000000000002@g.us',
      groupName: 'Market',
    })
    const made = await world.detect(first)
    const raised = await world.detect(second)
    const leadId = made.get(first.messageId)?.leadId
    assert.deepEqual(made.get(first.messageId), { leadId, isNew: true, isNewInGroup: true })
    assert.deepEqual(raised.get(second.messageId), { leadId, isNew: false, isNewInGroup: true })
    const lead = await world.tenant.api.get(200, `/leads/${leadId}`)
    assert.deepEqual(
      [lead.contact_phone, lead.contact_name, lead.lead_status, lead.message_count],
      [`+${anna.phone}`, 'Anna', 'new', 2],
    )
    assert.deepEqual(lead.source_group, {
      id: world.groupId,
      name: 'Neighbourhood',
      wa_group_id: '120363000000000001@g.us',
    })
    assert.deepEqual(
      [lead.trigger.matched_keyword, lead.trigger.message_preview],
      ['looking for', 'I am looking for a plumber'],
    )
    assert.deepEqual(
      [lead.last_signal.source_group, lead.last_signal.matched_keyword, lead.last_signal.message_preview],
      [{ id: second.groupId, name: 'Market' }, 'how much', 'How much is it?'],
    )
    assert.deepEqual(
      lead.timeline.map((entry: { source_group: { name: string } }) => entry.source_group.name),
      ['Market', 'Neighbourhood'],
    )
    assert.deepEqual(lead.score_signals, [
      { signal: 'keyword', weight: 3 },
      { signal: 'purchase', weight: 3 },
      { signal: 'price', weight: 2 },
      { signal: 'question', weight: 1 },
      { signal: 'several_groups', weight: 1 },
    ])
    assert.deepEqual([lead.lead_score, lead.signal_score, lead.ai_analysis], [0, 10, null])
    await events.close()
    assert.equal(events.received.length, 1)
    for (const groupId of [world.groupId, second.groupId])
      for (const path of [
        `/leads?source_group_id=${groupId}`,
        `/leads?source_group_id=${groupId}&status=new`,
        `/leads?source_group_id=${groupId}&search=anna`,
      ])
        assert.deepEqual([(await world.tenant.api.get(200, path)).leads[0]?.id], [leadId], path)
    assert.equal(
      (await world.tenant.api.get(200, `/leads?source_group_id=${second.groupId}&status=lost`)).total,
      0,
    )
  })

  test('a message that was a signal before changes nothing; what comes late is no newest signal', async () => {
    const world = await makeWorld()
    const speaker = await world.person()
    const signal = world.signal(speaker, { text: 'looking for a van' })
    const leadId = await world.lead(speaker, signal)
    assert.equal((await world.detect(signal)).size, 0)
    await world.lead(speaker, { at: new Date(signal.at.getTime() - dayMs), text: 'an older one' })
    const lead = await world.tenant.api.get(200, `/leads/${leadId}`)
    assert.deepEqual(
      [lead.message_count, lead.trigger.message_preview, lead.last_signal.message_preview],
      [2, 'looking for a van', 'looking for a van'],
    )
    assert.ok(lead.score_signals.some(({ signal: kind }: { signal: string }) => kind === 'several_days'))
  })

  test('two signals of one batch are one lead; who was converted or lost becomes a new one', async () => {
    const world = await makeWorld()
    const speaker = await world.person()
    const [one, two] = [world.signal(speaker), world.signal(speaker)]
    const found = await world.detect(one, two)
    const first = found.get(one.messageId)?.leadId
    assert.equal(found.get(two.messageId)?.leadId, first)
    await world.tenant.api.patch(200, `/leads/${first}/status`, { status: 'converted' })
    const second = await world.lead(speaker)
    assert.notEqual(second, first)
    await world.tenant.api.patch(200, `/leads/${second}/status`, { status: 'lost' })
    const third = await world.lead(speaker)
    assert.notEqual(third, second)
    const refusal = await world.tenant.api.patch(400, `/leads/${second}/status`, { status: 'new' })
    assert.match(refusal.detail, /another lead that is open/)
    assert.equal((await world.tenant.api.get(200, '/leads?limit=1')).total, 3)
    assert.equal((await world.tenant.api.get(200, '/usage/current')).leads_detected, 3)
  })

  test('who is called otherwise is found otherwise, and a number that is learned is the lead’s', async () => {
    const world = await makeWorld()
    const speaker = await world.person('Before', { lid: '99887766554433' })
    const id = await world.lead(speaker)
    assert.equal((await world.tenant.api.get(200, `/leads/${id}`)).contact_phone, null)
    await world.ctx.db.sql.execute(text`
      UPDATE contacts SET name = 'Zoë Ångström', phone = '15557654321' WHERE id = ${speaker.contactId}`)
    const { leads } = await world.tenant.api.get(200, '/leads?search=zoe%20angst')
    assert.deepEqual([leads[0]?.id, leads[0]?.contact_phone], [id, '+15557654321'])
    assert.equal((await world.tenant.api.get(200, '/leads?search=before')).total, 0)
  })

  test('two contacts that are one person have one open lead, with both timelines', async () => {
    const world = await makeWorld()
    const known = await world.person('Known')
    const hidden = await world.person('Hidden', { lid: '11223344556677' })
    const stays = await world.lead(known)
    const goes = await world.lead(hidden, {
      text: 'how much is it',
      matchedKeyword: 'how much',
      at: new Date(app.clock.nowMs() + 1000),
    })
    await world.tenant.api.patch(200, `/leads/${stays}/status`, { status: 'contacted' })
    await world.tenant.api.patch(200, `/leads/${goes}`, { notes: 'call on Friday' })
    await applyMappings(world.ctx, [
      {
        tenantId: world.tenant.id,
        sessionId: world.sessionId,
        phone: known.phone ?? '',
        lid: '11223344556677',
      },
    ])
    const { leads, total } = await world.tenant.api.get(200, '/leads')
    assert.deepEqual([total, leads[0].id], [1, stays])
    const lead = await world.tenant.api.get(200, `/leads/${stays}`)
    assert.deepEqual(
      [lead.lead_status, lead.message_count, lead.timeline.length, lead.notes],
      ['contacted', 2, 2, 'call on Friday'],
    )
    assert.deepEqual(
      [lead.trigger.matched_keyword, lead.last_signal.matched_keyword],
      ['looking for', 'how much'],
    )
    assert.equal(await world.lead(known), stays)
  })

  test('a text that is changed or taken back is so in timeline, trigger and newest signal, each its own', async () => {
    const world = await makeWorld()
    const other = await makeWorld()
    const speaker = await world.person()
    const first = world.signal(speaker, { text: 'the first' })
    const middle = world.signal(speaker, { text: 'between', at: new Date(first.at.getTime() + 1000) })
    const last = world.signal(speaker, { text: 'the last', at: new Date(first.at.getTime() + 2000) })
    const id = (await world.detect(first)).get(first.messageId)?.leadId
    await world.detect(middle, last)
    const change = ({ ctx, tenant }: LeadsWorld, { messageId, sessionId }: LeadSignal, to?: string) => {
      const payload = { ...messageEdited.example, tenantId: tenant.id, sessionId, messageId, text: to ?? '' }
      const event = to === undefined ? messageDeleted : messageEdited
      return ctx.db.transaction((sql) => ctx.events.publish(sql, event, payload))
    }
    const texts = async () => {
      const { trigger, last_signal: newest, timeline } = await world.tenant.api.get(200, `/leads/${id}`)
      return [trigger, newest, ...timeline].map(({ message_preview: preview }) => preview)
    }
    await change(other, first, 'by a stranger')
    assert.deepEqual(await texts(), ['the first', 'the last', 'the last', 'between', 'the first'])
    await change(world, last, 'another last')
    assert.deepEqual(await texts(), ['the first', 'another last', 'another last', 'between', 'the first'])
    await change(world, middle)
    await change(world, first, 'another first')
    assert.deepEqual(await texts(), ['another first', 'another last', 'another last', null, 'another first'])
    await change(world, first)
    assert.deepEqual(await texts(), [null, 'another last', 'another last', null, null])
    await change(world, last)
    assert.deepEqual(await texts(), [null, null, null, null, null])
  })

  test('texts are removed when the tenant’s time of keeping is over', async () => {
    const world = await makeWorld()
    const speaker = await world.person()
    const id = await world.lead(speaker, { at: new Date(app.clock.nowMs() - 91 * dayMs) })
    const young = await world.lead(await world.person())
    const returning = await world.person()
    const both = await world.lead(returning, { at: new Date(app.clock.nowMs() - 91 * dayMs) })
    await world.lead(returning)
    await app.app.ctx.jobs.add(app.app.ctx.db.sql, expireLeadTextsJob, {})
    await app.runJobs()
    const lead = await world.tenant.api.get(200, `/leads/${id}`)
    assert.notEqual((await world.tenant.api.get(200, `/leads/${young}`)).trigger.message_preview, null)
    assert.deepEqual(
      [lead.trigger, lead.last_signal, lead.timeline[0]].map(({ message_preview: text }) => text),
      [null, null, null],
    )
    const { trigger, last_signal: last, timeline } = await world.tenant.api.get(200, `/leads/${both}`)
    assert.deepEqual(
      [last, ...timeline, trigger].map(({ message_preview: preview }) => preview !== null),
      [true, true, false, false],
    )
  })
})

suite('at the same moment', () => {
  test('50 workers detect the same people and move the same leads: one open lead each, exact counters and histories', async () => {
    const world = await makeWorld()
    const people = await Promise.all(Array.from({ length: 8 }, (_, n) => world.person(`Person ${n}`)))
    const key = await world.tenant.apiWith(['leads:manage'])
    let signals = 0
    await Promise.all(
      Array.from({ length: 50 }, async (_, worker) => {
        const mine = people
          .toSorted(() => (worker % 2 === 0 ? 1 : -1))
          .map((speaker) => world.signal(speaker))
        await retryDeadlocks(() => world.detect(...mine))
        signals += mine.length
        if (worker % 3 !== 0) return
        const { leads } = await key.get(200, '/leads?limit=100')
        const ids = leads.map((lead: { id: string }) => lead.id)
        const to = ['contacted', 'qualified', 'lost', 'new', 'converted'][worker % 5]
        const answer = await key.post(200, '/leads/bulk/status', { lead_ids: ids, status: to })
        assert.equal(answer.updated + answer.failed, ids.length)
        assert.equal(answer.errors.length, answer.failed)
      }),
    )
    const { leads, total } = await key.get(200, '/leads?limit=100')
    const details = await Promise.all(leads.map((lead: { id: string }) => key.get(200, `/leads/${lead.id}`)))
    for (const speaker of people) {
      const own = details.filter((lead) => lead.contact_phone === `+${speaker.phone}`)
      const open = own.filter((lead) => ['new', 'contacted', 'qualified'].includes(lead.lead_status))
      assert.ok(open.length <= 1, `${open.length} open leads of one person`)
      assert.ok(own.length >= 1)
    }
    assert.equal(
      details.reduce((sum, lead) => sum + lead.message_count, 0),
      signals,
    )
    for (const lead of details) {
      let status = 'new'
      for (const step of lead.status_history) {
        assert.equal(step.from, status, 'every step begins where the one before ended')
        status = step.to
      }
      assert.equal(lead.lead_status, status)
      assert.equal(lead.message_count, lead.timeline.length)
    }
    assert.equal((await world.tenant.api.get(200, '/usage/current')).leads_detected, total)
  })
})
