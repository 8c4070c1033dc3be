import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import type { Context } from '../../../context.ts'
import { zonesOfPhone } from './phone-zones.service.ts'
import { quietUntil } from './quiet-hours.ts'

const nights = { start: '21:00', end: '08:00' }
let app: TestApp
let ctx: Context

before(async () => {
  app = await createTestApp()
  ctx = app.app.ctx
})
after(() => app.close())

const until = (zones: readonly string[], at: string, quiet = nights): string | null =>
  quietUntil(ctx, quiet, zones, Date.parse(at))?.toISOString() ?? null

suite('quiet hours', () => {
  test('by day nothing waits; by night until the morning of the zone', () => {
    assert.equal(until(['Europe/Berlin'], '2026-02-11T10:00:00Z'), null)
    assert.equal(until(['Europe/Berlin'], '2026-02-11T20:00:00Z'), '2026-02-12T07:00:00.000Z')
    assert.equal(until(['Europe/Berlin'], '2026-02-11T06:59:59Z'), '2026-02-11T07:00:00.000Z')
    assert.equal(until(['Europe/Berlin'], '2026-02-11T07:00:00Z'), null)
    assert.equal(until(['Asia/Kolkata'], '2026-02-11T15:30:00Z'), '2026-02-12T02:30:00.000Z')
    assert.equal(until(['Asia/Kathmandu'], '2026-02-11T15:30:00Z'), '2026-02-12T02:15:00.000Z')
  })

  test('hours within one day, and none at all', () => {
    const noon = { start: '12:00', end: '13:30' }
    assert.equal(until(['UTC'], '2026-02-11T12:10:20Z', noon), '2026-02-11T13:30:00.000Z')
    assert.equal(until(['UTC'], '2026-02-11T13:30:00Z', noon), null)
    assert.equal(until(['UTC'], '2026-02-11T12:00:00Z', { start: '12:00', end: '12:00' }), null)
    assert.equal(quietUntil(ctx, null, ['UTC'], 0), null)
  })

  // Clocks change during the night, and some change at the very time at which it ends.
  for (const [zone, at, morning] of [
    ['Europe/Berlin', '2026-03-28T22:00:00Z', '2026-03-29T06:00:00.000Z'],
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T07:00:00.000Z'],
    ['America/New_York', '2026-03-08T03:00:00Z', '2026-03-08T12:00:00.000Z'],
    ['America/New_York', '2026-11-01T03:00:00Z', '2026-11-01T13:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-04T12:00:00Z', '2026-04-04T21:30:00.000Z'],
    ['Australia/Lord_Howe', '2026-10-03T12:00:00Z', '2026-10-03T21:00:00.000Z'],
  ] as const)
    test(`the night in which clocks change in ${zone} (${at}) ends once, when it is 8 there`, () => {
      assert.equal(until([zone], at), morning)
      assert.equal(until([zone], morning), null)
    })

  test('an end that the clocks skip, or show twice, is no loop', () => {
    const early = { start: '22:00', end: '02:30' }
    // 02:30 does not exist in Berlin on that day; the first minute after it does.
    assert.equal(until(['Europe/Berlin'], '2026-03-28T22:00:00Z', early), '2026-03-29T01:00:00.000Z')
    const twice = until(['Europe/Berlin'], '2026-10-24T22:00:00Z', early)
    assert.ok(twice === '2026-10-25T00:30:00.000Z' || twice === '2026-10-25T01:30:00.000Z', String(twice))
  })

  test('a phone is at home where its country is; in several zones nothing leaves while it is night in one', () => {
    assert.deepEqual(zonesOfPhone(ctx, '48512345678'), ['Europe/Warsaw'])
    assert.ok(zonesOfPhone(ctx, '5511912345678').includes('America/Sao_Paulo'))
    assert.ok(
      zonesOfPhone(ctx, '77011234567').every((zone) => zone.startsWith('Asia/')),
      'Kazakhstan is not Russia',
    )
    const states = zonesOfPhone(ctx, '12125550100')
    assert.ok(states.includes('Pacific/Honolulu') && !states.includes('America/Toronto'))
    // 8 in New York, and still night in Hawaii.
    assert.equal(until(states, '2026-01-15T13:00:00Z'), '2026-01-15T18:00:00.000Z')
    assert.equal(until(states, '2026-01-15T19:00:00Z'), null)
  })

  test('hours that are never free in a whole country at once are those of its first zone', () => {
    const zones = ['Europe/Moscow', 'Asia/Kamchatka']
    const long = { start: '18:00', end: '12:00' }
    assert.equal(until(zones, '2026-02-11T03:00:00Z', long), '2026-02-11T09:00:00.000Z')
    assert.equal(until(zones, '2026-02-11T10:00:00Z', long), null)
  })
})
