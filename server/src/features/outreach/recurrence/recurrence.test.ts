import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { AppError } from '../../../platform/errors.ts'
import { readCron } from './cron-expression.ts'
import { findClosePair } from './five-minutes.ts'
import { type Recurrence, recurrenceFields } from './recurrence.schema.ts'
import {
  newestRun,
  nextRun,
  nextRuns,
  parseRecurrence,
  type RecurrenceReading,
  zonedTimestamps,
} from './recurrence.service.ts'

const now = new Date('2026-02-11T10:00:00Z')
const body = z.object(recurrenceFields)

function read(fields: Record<string, unknown>, reading: Partial<RecurrenceReading> = {}): Recurrence {
  return parseRecurrence(body.parse(fields), { now, ...reading })
}

function runsOf(rule: Recurrence, count: number, after = now): string[] {
  return zonedTimestamps(nextRuns(rule, after, count), rule.timezone)
}

function refusal(fields: Record<string, unknown>, reading: Partial<RecurrenceReading> = {}): string {
  try {
    read(fields, reading)
  } catch (error) {
    if (error instanceof AppError) {
      assert.equal(error.status, 422)
      return error.message
    }
    if (error instanceof z.ZodError) return `${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`
    throw error
  }
  return assert.fail(`${JSON.stringify(fields)} was taken`)
}

suite('when something runs', () => {
  test('an expression is made of the first local time: daily, weekly, monthly', () => {
    const at = { scheduled_time: '2026-03-03T08:05', timezone: 'America/New_York' }
    const daily = read({ recurrence: 'daily', ...at })
    assert.equal(daily.cronExpression, '5 8 * * *')
    assert.deepEqual(runsOf(daily, 2), ['2026-03-03T08:05:00-05:00', '2026-03-04T08:05:00-05:00'])
    const weekly = read({ schedule_type: 'weekly', ...at })
    assert.equal(weekly.cronExpression, '5 8 * * 2')
    assert.deepEqual(runsOf(weekly, 2), ['2026-03-03T08:05:00-05:00', '2026-03-10T08:05:00-04:00'])
    const monthly = read({ schedule_type: 'monthly', ...at, scheduled_time: '2026-03-31T08:05' })
    assert.equal(monthly.cronExpression, '5 8 31 * *')
    assert.deepEqual(runsOf(monthly, 2), ['2026-03-31T08:05:00-04:00', '2026-05-31T08:05:00-04:00'])
  })

  test('a moment with an offset becomes the local time of the zone', () => {
    const weekly = read({
      schedule_type: 'weekly',
      scheduled_time: '2026-03-02T23:30:00Z',
      timezone: 'Asia/Tokyo',
    })
    assert.equal(weekly.cronExpression, '30 8 * * 2')
    assert.deepEqual(runsOf(weekly, 1), ['2026-03-03T08:30:00+09:00'])
    const same = ['2026-03-02T23:30:00Z', '2026-03-03T01:30:00+02:00', '2026-03-02 18:30:00.000-0500']
    for (const scheduled_time of same)
      assert.deepEqual(
        read({ schedule_type: 'one_time', scheduled_time }).scheduledTime,
        new Date('2026-03-02T23:30:00Z'),
      )
  })

  test('the first run of a derived rule is the very time, seconds included, and none is before it', () => {
    const rule = read({ schedule_type: 'daily', scheduled_time: '2026-03-03T08:05:30Z' })
    assert.deepEqual(runsOf(rule, 2), ['2026-03-03T08:05:30+00:00', '2026-03-04T08:05:00+00:00'])
    const late = read({ schedule_type: 'weekly', scheduled_time: '2025-03-03T08:05:00Z' })
    assert.deepEqual(runsOf(late, 1), ['2026-02-16T08:05:00+00:00'])
  })

  test('with an expression of its own a schedule begins at its time', () => {
    const rule = read({
      schedule_type: 'recurring',
      cron_expression: '0 9 * * mon',
      scheduled_time: '2026-03-02T09:00:00Z',
    })
    assert.equal(rule.scheduleType, 'cron')
    assert.equal(rule.cronExpression, '0 9 * * MON')
    assert.deepEqual(runsOf(rule, 2), ['2026-03-02T09:00:00+00:00', '2026-03-09T09:00:00+00:00'])
  })

  test('`none` and a default mean one time; a report without a time runs at once', () => {
    const at = { scheduled_time: '2026-03-03T08:05:00Z' }
    assert.equal(read({ recurrence: 'none', ...at }).scheduleType, 'one_time')
    assert.equal(read(at, { defaultType: 'one_time' }).scheduleType, 'one_time')
    assert.deepEqual(read({ schedule_type: 'one_time' }, { defaultTime: now }).scheduledTime, now)
  })

  test('what is wrong is 422 and names the field', () => {
    const cron = (cron_expression: string) => ({ schedule_type: 'cron', cron_expression })
    const cases: [Record<string, unknown>, RegExp][] = [
      [{}, /^schedule_type: required/],
      [{ schedule_type: 'hourly' }, /^schedule_type: /],
      [{ schedule_type: 'cron' }, /^cron_expression: required/],
      [{ schedule_type: 'weekly' }, /^cron_expression: required for a weekly/],
      [{ schedule_type: 'one_time' }, /^scheduled_time: required/],
      [{ schedule_type: 'daily', recurrence: 'weekly' }, /^recurrence: does not agree/],
      [{ ...cron('0 9 * * *'), schedule_type: 'one_time' }, /^cron_expression: a one_time/],
      [
        { schedule_type: 'one_time', scheduled_time: '2026-02-11T09:59:59Z' },
        /^scheduled_time: must be in the future/,
      ],
      [{ ...cron('0 9 * * *'), timezone: 'Mars/Olympus' }, /^timezone: /],
      [{ ...cron('0 9 * * *'), timezone: '+02:00' }, /^timezone: /],
      ...[
        'tomorrow',
        '2026-02-30T10:00:00Z',
        '2026-03-01',
        '2026-03-01T25:00:00Z',
        '2026-03-01T10:00:00+99:00',
        '0000-01-01T00:00:00Z',
      ].map((scheduled_time): [Record<string, unknown>, RegExp] => [
        { schedule_type: 'one_time', scheduled_time },
        /^scheduled_time: must be a date and time/,
      ]),
      ...['0 9 * *', '0 0 9 * * *', '@daily', '* * * * * *', ''].map(
        (text): [Record<string, unknown>, RegExp] => [
          cron(text),
          /^cron_expression: (must have five fields|required)/,
        ],
      ),
      [cron('60 9 * * *'), /^cron_expression: the minute must be 0 to 59, not 60/],
      [cron('0 24 * * *'), /^cron_expression: the hour must be 0 to 23/],
      [cron('0 9 32 * *'), /^cron_expression: the day of the month must be 1 to 31, not 32/],
      [cron('0 9 0 * *'), /^cron_expression: the day of the month must be 1 to 31, not 0/],
      [cron('0 9 * 13 *'), /^cron_expression: the month must be 1 to 12/],
      [cron('0 9 * * 8'), /^cron_expression: the day of the week must be 0 to 7/],
      [cron('0 9 * * MONDAY'), /^cron_expression: is not a cron expression/],
      [cron('*/0 * * * *'), /^cron_expression: is not a cron expression/],
      [cron('0 9 * * +MON'), /^cron_expression: the day of the week has a sign/],
      [cron('0 9 30 2 *'), /^cron_expression: never runs/],
      [cron('0 9 31 4,6,9,11 *'), /^cron_expression: never runs/],
      [cron(`${'0,'.repeat(200)}0 9 * * *`), /^cron_expression: /],
    ]
    for (const [fields, expected] of cases) assert.match(refusal(fields), expected, JSON.stringify(fields))
  })
})

suite('the newest run of a time without a process', () => {
  test('is found however long that was, and is a run', () => {
    const until = new Date('2026-03-08T12:34:56Z')
    const zone = 'America/New_York'
    const cases: [string, string, string][] = [
      ['*/5 * * * *', '2026-01-01T00:00:00Z', '2026-03-08T08:30:00-04:00'],
      ['0 9 * * *', '2026-01-01T14:00:00Z', '2026-03-07T09:00:00-05:00'],
      ['30 2 * * *', '2026-03-07T07:30:00Z', '2026-03-08T03:00:00-04:00'],
      ['0 9 * * TUE', '2026-02-10T14:00:00Z', '2026-03-03T09:00:00-05:00'],
      ['0 9 31 * *', '2025-10-31T13:00:00Z', '2026-01-31T09:00:00-05:00'],
      ['0 0 29 2 *', '2020-02-29T05:00:00Z', '2024-02-29T00:00:00-05:00'],
      // Nothing after the run that was due.
      ['0 9 * * TUE', '2026-03-03T14:00:00Z', '2026-03-03T09:00:00-05:00'],
    ]
    for (const [expression, from, expected] of cases) {
      const rule = read({ schedule_type: 'cron', cron_expression: expression, timezone: zone })
      const began = performance.now()
      const newest = newestRun(rule, new Date(from), until)
      assert.ok(performance.now() - began < 250, expression)
      assert.deepEqual(zonedTimestamps([newest], zone), [expected], expression)
    }
  })
})

suite('changing when something runs', () => {
  const weekly = read({
    schedule_type: 'weekly',
    scheduled_time: '2026-03-02T09:00',
    timezone: 'America/New_York',
  })

  test('what is left out stays, and nothing of it is checked again', () => {
    const later = { now: new Date('2030-01-01T00:00:00Z'), current: weekly }
    assert.equal(parseRecurrence({}, later), weekly)
  })

  test('a new time of a derived rule makes a new expression; one of its own is kept', () => {
    const moved = read({ scheduled_time: '2026-03-03T10:15' }, { current: weekly })
    assert.equal(moved.cronExpression, '15 10 * * 2')
    const own = read({ schedule_type: 'weekly', cron_expression: '0 9 * * MON' })
    const begun = read({ scheduled_time: '2026-03-03T10:15' }, { current: own })
    assert.equal(begun.cronExpression, '0 9 * * MON')
    assert.deepEqual(runsOf(begun, 1), ['2026-03-09T09:00:00+00:00'])
  })

  test('a new zone keeps the time on the wall of what recurs and the moment of what does not', () => {
    const moved = read({ timezone: 'Europe/Berlin' }, { current: weekly })
    assert.deepEqual(runsOf(moved, 1), ['2026-03-02T09:00:00+01:00'])
    const once = read({ schedule_type: 'one_time', scheduled_time: '2026-03-02T09:00:00Z' })
    assert.deepEqual(runsOf(read({ timezone: 'Asia/Tokyo' }, { current: once }), 1), [
      '2026-03-02T18:00:00+09:00',
    ])
  })

  test('a new type takes the time that is there, an expression replaces it', () => {
    assert.equal(read({ schedule_type: 'daily' }, { current: weekly }).cronExpression, '0 9 * * *')
    assert.equal(read({ schedule_type: 'cron' }, { current: weekly }).cronExpression, '0 9 * * 1')
    const own = read({ cron_expression: '0 7 * * FRI' }, { current: weekly })
    assert.deepEqual([own.cronExpression, own.scheduledTime], ['0 7 * * FRI', null])
    const once = read({ schedule_type: 'one_time', scheduled_time: '2026-03-02T09:00:00Z' })
    assert.equal(read({ schedule_type: 'monthly' }, { current: once }).cronExpression, '0 9 2 * *')
    assert.match(refusal({ schedule_type: 'cron' }, { current: once }), /^cron_expression: required/)
  })
})

suite('five minutes between runs', () => {
  const check = (expression: string, zone = 'UTC') => findClosePair(readCron(expression, zone), zone, now)

  test('are counted in runs, not read from the expression', () => {
    for (const fine of [
      '*/5 * * * *',
      '0 9 * * *',
      '0,30 * * * *',
      '0 0,23 * * *',
      '55 23 * * *',
      '3-58/5 * * * *',
    ])
      assert.equal(check(fine), undefined, fine)
    for (const close of [
      '* * * * *',
      '*/4 * * * *',
      '0,3 9 * * *',
      '*/7 * * * *',
      '0,58 * * * *',
      '58-59 9 * * *',
      '*/59 * * * *',
      '0,56 0,23 * * *',
    ])
      assert.notEqual(check(close), undefined, close)
    // 23:58 and 0:00 lie on days that never follow each other.
    assert.equal(check('0,58 0,23 * * SUN'), undefined)
    assert.notEqual(check('0,58 0,23 28-31 * *'), undefined)
    assert.notEqual(check('0,58 0,23 31,1 * *'), undefined)
  })

  test('count real minutes: 1:59 and 3:00 are one minute apart when the clocks are set forward', () => {
    assert.equal(check('0,59 1,3 * * *'), undefined)
    const pair = check('0,59 1,3 * * *', 'America/New_York')
    assert.deepEqual(pair, {
      first: new Date('2026-03-08T06:59:00Z'),
      second: new Date('2026-03-08T07:00:00Z'),
    })
    assert.match(
      refusal({ schedule_type: 'cron', cron_expression: '0,59 1,3 * * *', timezone: 'America/New_York' }),
      /five minutes apart, these are not: 2026-03-08T01:59:00-05:00 and 2026-03-08T03:00:00-04:00/,
    )
    // 2:57 is moved to 3:00, two minutes before 3:02.
    assert.notEqual(check('57,2 2,3 8 3 *', 'America/New_York'), undefined)
    // Hourly runs pass the hour that does not exist.
    for (const minute of ['0', '3', '59'])
      assert.equal(check(`${minute} * * * *`, 'America/New_York'), undefined)
  })

  test('are what counting all runs finds, for any expression and zone', () => {
    const minute = fc.oneof(
      fc.constantFrom('*/5', '*/15', '*/20', '*/59', '0', '2-57/5'),
      fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 4 }).map(String),
    )
    const hour = fc.oneof(
      fc.constantFrom('*', '*/6', '8-18', '0,23', '1-3'),
      fc.uniqueArray(fc.constantFrom(0, 1, 2, 3, 22, 23), { minLength: 1, maxLength: 4 }).map(String),
    )
    const day = fc.constantFrom('* * *', '* * MON', '31 * *', '1,L * *', '8 3 *', '29 2 *', '28-31 3 SUN')
    const zone = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo')
    fc.assert(
      fc.property(minute, hour, day, zone, (minutes, hours, days, timeZone) => {
        const runs = readCron(`${minutes} ${hours} ${days}`, timeZone)
        const end = now.getTime() + 400 * 24 * 60 * 60_000
        let isClose = false
        let previous = runs.nextAfter(now)
        for (let count = 0; previous !== null && count < 3000; count += 1) {
          const next = runs.nextAfter(previous)
          if (next === null || next.getTime() >= end) break
          isClose ||= next.getTime() - previous.getTime() < 5 * 60_000
          previous = next
        }
        const pair = findClosePair(runs, timeZone, now)
        // Three thousand runs do not reach the end of a busy year: what they find must be found, not the reverse.
        if (isClose) assert.notEqual(pair, undefined)
        if (pair !== undefined) {
          assert.deepEqual(runs.nextAfter(pair.first), pair.second)
          assert.ok(pair.second.getTime() - pair.first.getTime() < 5 * 60_000)
        }
      }),
      { numRuns: Number(process.env.RECURRENCE_RUNS ?? 30) },
    )
  })

  test('and no expression holds up the process', () => {
    const zone = 'America/New_York'
    const every = Array.from({ length: 60 }, (_, minute) => minute).join(',')
    const hostile = [
      '*/5 * * * *',
      '* * * * *',
      '0 0 30 2 *',
      '0 0 31 2,4,6,9,11 *',
      '0,58 0,23 * * *',
      '0 0 29 2 *',
      '*/5 * 29 2 *',
      `${every} * * * *`,
      '0 0 31W 2 *',
      '0 0 * 2 MON#5',
      '0,56 0,23 28-31 * MON#5',
      '0 0 L-30 2 *',
    ]
    for (const expression of hostile) {
      const began = performance.now()
      try {
        read({ schedule_type: 'cron', cron_expression: expression, timezone: zone })
      } catch (error) {
        assert.ok(error instanceof AppError, String(error))
      }
      const ms = performance.now() - began
      assert.ok(ms < 250, `${expression} took ${ms} ms`)
    }
    assert.equal(
      nextRun(
        { scheduleType: 'cron', cronExpression: '0 0 30 2 *', timezone: zone, scheduledTime: null },
        now,
      ),
      null,
    )
  })
})
