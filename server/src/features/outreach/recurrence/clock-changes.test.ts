import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Recurrence } from './recurrence.schema.ts'
import { nextRun, nextRuns, parseRecurrence, zonedTimestamps } from './recurrence.service.ts'
import { clockChanges, zoneClock } from './zone-time.service.ts'

const dayMs = 24 * 60 * 60_000

/** Expression, zone, a moment before, and the local times of the runs that follow. */
const tables: [string, string, string, string[]][] = [
  // New York sets forward on 8 March 2026 at 2:00 and back on 1 November at 2:00.
  [
    '30 2 * * *',
    'America/New_York',
    '2026-03-07T12:00:00Z',
    ['2026-03-08T03:00:00-04:00', '2026-03-09T02:30:00-04:00'],
  ],
  [
    '30 1 * * *',
    'America/New_York',
    '2026-10-31T12:00:00Z',
    ['2026-11-01T01:30:00-04:00', '2026-11-02T01:30:00-05:00'],
  ],
  ['30 1 * * *', 'America/New_York', '2026-11-01T06:10:00Z', ['2026-11-02T01:30:00-05:00']],
  [
    '15,45 2 * * *',
    'America/New_York',
    '2026-03-08T05:00:00Z',
    ['2026-03-08T03:00:00-04:00', '2026-03-09T02:15:00-04:00'],
  ],
  [
    '*/15 1 * * *',
    'America/New_York',
    '2026-11-01T05:20:00Z',
    ['2026-11-01T01:30:00-04:00', '2026-11-01T01:45:00-04:00', '2026-11-02T01:00:00-05:00'],
  ],
  [
    '0 */2 * * *',
    'America/New_York',
    '2026-03-08T05:30:00Z',
    ['2026-03-08T03:00:00-04:00', '2026-03-08T04:00:00-04:00'],
  ],
  [
    '0 * * * *',
    'America/New_York',
    '2026-03-08T05:30:00Z',
    ['2026-03-08T01:00:00-05:00', '2026-03-08T03:00:00-04:00'],
  ],
  [
    '0 * * * *',
    'America/New_York',
    '2026-11-01T04:30:00Z',
    ['2026-11-01T01:00:00-04:00', '2026-11-01T01:00:00-05:00', '2026-11-01T02:00:00-05:00'],
  ],
  [
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-28T12:00:00Z',
    ['2026-03-29T03:00:00+02:00', '2026-03-30T02:30:00+02:00'],
  ],
  [
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-24T12:00:00Z',
    ['2026-10-25T02:30:00+02:00', '2026-10-26T02:30:00+01:00'],
  ],
  [
    '0 12 * * 0',
    'Europe/Berlin',
    '2026-03-24T12:00:00Z',
    ['2026-03-29T12:00:00+02:00', '2026-04-05T12:00:00+02:00'],
  ],
  [
    '30 1 * * *',
    'Europe/London',
    '2026-03-28T12:00:00Z',
    ['2026-03-29T02:00:00+01:00', '2026-03-30T01:30:00+01:00'],
  ],
  [
    '30 1 29 3 *',
    'Europe/Lisbon',
    '2026-01-01T00:00:00Z',
    ['2026-03-29T02:00:00+01:00', '2027-03-29T01:30:00+01:00'],
  ],
  // Midnight itself does not exist: Cairo on 24 April 2026, Santiago on 6 September, Beirut on 29 March.
  [
    '0 0 * * *',
    'Africa/Cairo',
    '2026-04-23T12:00:00Z',
    ['2026-04-24T01:00:00+03:00', '2026-04-25T00:00:00+03:00'],
  ],
  [
    '0 */6 * * *',
    'Africa/Cairo',
    '2026-04-23T16:00:00Z',
    ['2026-04-24T01:00:00+03:00', '2026-04-24T06:00:00+03:00'],
  ],
  [
    '0 0 * * *',
    'America/Santiago',
    '2026-09-05T12:00:00Z',
    ['2026-09-06T01:00:00-03:00', '2026-09-07T00:00:00-03:00'],
  ],
  [
    '30 23 * * *',
    'America/Santiago',
    '2026-04-04T12:00:00Z',
    ['2026-04-04T23:30:00-03:00', '2026-04-05T23:30:00-04:00'],
  ],
  [
    '15 0 * * *',
    'Asia/Beirut',
    '2026-03-28T12:00:00Z',
    ['2026-03-29T01:00:00+03:00', '2026-03-30T00:15:00+03:00'],
  ],
  // Half an hour: Lord Howe, forward on 4 October, back on 5 April 2026.
  [
    '15 2 * * *',
    'Australia/Lord_Howe',
    '2026-10-03T00:00:00Z',
    ['2026-10-04T02:30:00+11:00', '2026-10-05T02:15:00+11:00'],
  ],
  [
    '45 1 * * *',
    'Australia/Lord_Howe',
    '2026-04-04T00:00:00Z',
    ['2026-04-05T01:45:00+11:00', '2026-04-06T01:45:00+10:30'],
  ],
  [
    '30 2 * * *',
    'Australia/Sydney',
    '2026-10-03T00:00:00Z',
    ['2026-10-04T03:00:00+11:00', '2026-10-05T02:30:00+11:00'],
  ],
  [
    '30 2 * * *',
    'Pacific/Auckland',
    '2026-04-04T00:00:00Z',
    ['2026-04-05T02:30:00+13:00', '2026-04-06T02:30:00+12:00'],
  ],
  // Quarters of an hour, and zones that never change.
  [
    '50 2 * * *',
    'Pacific/Chatham',
    '2026-09-25T14:30:00Z',
    ['2026-09-27T03:45:00+13:45', '2026-09-28T02:50:00+13:45'],
  ],
  [
    '0 9 * * MON-FRI',
    'Asia/Kathmandu',
    '2026-02-13T12:00:00Z',
    ['2026-02-16T09:00:00+05:45', '2026-02-17T09:00:00+05:45'],
  ],
  [
    '30 2 * * *',
    'America/Sao_Paulo',
    '2026-02-11T00:00:00Z',
    ['2026-02-11T02:30:00-03:00', '2026-02-12T02:30:00-03:00'],
  ],
  ['0 9 * * *', 'Asia/Tokyo', '2026-02-11T00:00:00Z', ['2026-02-12T09:00:00+09:00']],
  // Morocco goes back an hour for Ramadan, and Ireland's winter is the one that is set by law.
  [
    '30 2 * * *',
    'Africa/Casablanca',
    '2026-02-14T12:00:00Z',
    ['2026-02-15T02:30:00+01:00', '2026-02-16T02:30:00+00:00'],
  ],
  [
    '30 1 * * *',
    'Europe/Dublin',
    '2026-10-24T12:00:00Z',
    ['2026-10-25T01:30:00+01:00', '2026-10-26T01:30:00+00:00'],
  ],
  // Leap days, the last days of months, days of the week and of the month together.
  ['0 0 29 2 *', 'UTC', '2026-02-11T00:00:00Z', ['2028-02-29T00:00:00+00:00', '2032-02-29T00:00:00+00:00']],
  [
    '0 0 29 2 *',
    'Asia/Kolkata',
    '2097-01-01T00:00:00Z',
    ['2104-02-29T00:00:00+05:30', '2108-02-29T00:00:00+05:30'],
  ],
  [
    '0 9 31 * *',
    'Europe/Paris',
    '2026-01-31T12:00:00Z',
    ['2026-03-31T09:00:00+02:00', '2026-05-31T09:00:00+02:00', '2026-07-31T09:00:00+02:00'],
  ],
  ['0 9 30 * *', 'UTC', '2026-01-31T12:00:00Z', ['2026-03-30T09:00:00+00:00']],
  ['0 9 29 * *', 'UTC', '2027-01-30T12:00:00Z', ['2027-03-29T09:00:00+00:00']],
  ['0 9 29 * *', 'UTC', '2028-01-30T12:00:00Z', ['2028-02-29T09:00:00+00:00']],
  ['0 9 L * *', 'UTC', '2026-01-31T12:00:00Z', ['2026-02-28T09:00:00+00:00', '2026-03-31T09:00:00+00:00']],
  ['0 9 31 2 MON', 'UTC', '2026-02-17T00:00:00Z', ['2026-02-23T09:00:00+00:00', '2027-02-01T09:00:00+00:00']],
  ['0 9 13 * FRI', 'UTC', '2026-02-11T00:00:00Z', ['2026-02-13T09:00:00+00:00', '2026-02-20T09:00:00+00:00']],
  ['0 9 * * sun', 'UTC', '2026-02-11T00:00:00Z', ['2026-02-15T09:00:00+00:00']],
  ['0 9 * * 7', 'UTC', '2026-02-11T00:00:00Z', ['2026-02-15T09:00:00+00:00']],
  [
    '0 9 1 jan,JUL *',
    'UTC',
    '2026-02-11T00:00:00Z',
    ['2026-07-01T09:00:00+00:00', '2027-01-01T09:00:00+00:00'],
  ],
  [
    '0 8-18/5 * * *',
    'UTC',
    '2026-02-11T09:00:00Z',
    ['2026-02-11T13:00:00+00:00', '2026-02-11T18:00:00+00:00'],
  ],
]

/**
 * The runs of expressions that name minutes and hours, found without the library: each time on the wall of each day
 * is looked for among the minutes that pass, and one that never comes is moved to the first minute after it.
 */
function runsByHand(
  minutes: number[],
  hours: number[],
  timeZone: string,
  fromMs: number,
  toMs: number,
): string[] {
  const clock = zoneClock(timeZone)
  const firstAt = new Map<number, number>()
  const days = new Set<number>()
  for (let at = fromMs - dayMs; at < toMs + dayMs; at += 60_000) {
    const { year, month, day, hour, minute } = clock.wallAt(at)
    const midnight = Date.UTC(year, month - 1, day)
    days.add(midnight)
    const wall = midnight + (hour * 60 + minute) * 60_000
    if (!firstAt.has(wall)) firstAt.set(wall, at)
  }
  const walls = [...firstAt.keys()].sort((a, b) => a - b)
  const found = new Set<number>()
  for (const day of days) {
    for (const hour of hours) {
      for (const minute of minutes) {
        const wall = day + (hour * 60 + minute) * 60_000
        const at = firstAt.get(wall) ?? firstAt.get(walls.find((other) => other > wall) ?? wall) ?? 0
        if (at > fromMs && at < toMs) found.add(at)
      }
    }
  }
  return [...found].sort((a, b) => a - b).map((at) => new Date(at).toISOString())
}

function cron(expression: string, timezone: string): Recurrence {
  return { scheduleType: 'cron', cronExpression: expression, timezone, scheduledTime: null }
}

suite('cron expressions around clock changes', () => {
  for (const [expression, zone, from, expected] of tables) {
    test(`${expression} in ${zone} after ${from}`, () => {
      const runs = nextRuns(cron(expression, zone), new Date(from), expected.length)
      assert.deepEqual(zonedTimestamps(runs, zone), expected)
    })
  }

  test('run once a day at every named time, whatever each change of the clocks in 15 zones does', () => {
    const zones = [...new Set(tables.map(([, zone]) => zone))].filter((zone) => zone !== 'UTC')
    assert.ok(zones.length >= 15, `${zones.length} zones`)
    const from = Date.parse('2026-01-15T00:00:00Z')
    let changes = 0
    for (const zone of zones) {
      for (const { atMs } of clockChanges(zoneClock(zone), from, from + 400 * dayMs)) {
        changes += 1
        const [start, end] = [atMs - 26 * 60 * 60_000, atMs + 30 * 60 * 60_000]
        for (const [minutes, hours] of [
          [[0], [0]],
          [[30], [1, 2]],
          [
            [7, 40, 55],
            [0, 2, 3, 23],
          ],
        ] as const) {
          const expected = runsByHand([...minutes], [...hours], zone, start, end)
          const rule = cron(`${minutes} ${hours} * * *`, zone)
          const runs = nextRuns(rule, new Date(start), expected.length)
          assert.deepEqual(
            runs.map((run) => run.toISOString()),
            expected,
            `${zone} ${rule.cronExpression}`,
          )
        }
      }
    }
    assert.ok(changes >= 24, `${changes} changes of clocks`)
  })

  test('a local time that does not exist is the next valid minute, one that comes twice is the first', () => {
    const read = (timezone: string, scheduled_time: { wall: Parameters<typeof wallOf>[0] }) =>
      parseRecurrence(
        { schedule_type: 'one_time', timezone, scheduled_time: wallOf(scheduled_time.wall) },
        { now: new Date('2026-01-01T00:00:00Z') },
      )
    const at = (rule: Recurrence) => zonedTimestamps([rule.scheduledTime ?? new Date(0)], rule.timezone)[0]
    const spring = read('America/New_York', { wall: [2026, 3, 8, 2, 30, 0] })
    assert.equal(at(spring), '2026-03-08T03:00:00-04:00')
    assert.deepEqual(nextRun(spring, new Date('2026-03-08T06:59:59Z')), spring.scheduledTime)
    assert.equal(nextRun(spring, spring.scheduledTime ?? new Date()), null)
    assert.equal(
      at(read('America/New_York', { wall: [2026, 11, 1, 1, 30, 15] })),
      '2026-11-01T01:30:15-04:00',
    )
    assert.equal(at(read('Africa/Cairo', { wall: [2026, 4, 24, 0, 0, 0] })), '2026-04-24T01:00:00+03:00')
    assert.equal(
      at(read('Australia/Lord_Howe', { wall: [2026, 10, 4, 2, 10, 0] })),
      '2026-10-04T02:30:00+11:00',
    )
  })
})

function wallOf([year, month, day, hour, minute, second]: [number, number, number, number, number, number]) {
  return { wall: { year, month, day, hour, minute, second } }
}
