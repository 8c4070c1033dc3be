import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { openTestDatabase } from '../../test/harness-database.ts'
import { isTimeZone } from './time-zones.ts'

const abbreviations =
  'ACT AET AGT ART AST BET BST CAT CET CNT CST CTT EAT ECT EET EST HST IET IST JST MET MIT MST NET NST PLT PNT PRT PST SST VST WET cet'
const others =
  'UTC utc GMT UCT Zulu GB NZ Israel Cuba EST5EDT PST8PDT Etc/GMT+5 US/Pacific europe/berlin W-SU'

suite('time zones', () => {
  for (const name of [...abbreviations.split(' '), '+02:00', 'Mars/Olympus', '', 'UTC\u0000'])
    test(`${JSON.stringify(name)} is no name of a zone`, () => assert.equal(isTimeZone(name), false))

  test('every name that is accepted is the same zone to the database, in winter and in summer', async () => {
    await using database = await openTestDatabase()
    const names = [...Intl.supportedValuesOf('timeZone'), ...others.split(' ')]
    assert.deepEqual(
      names.filter((name) => !isTimeZone(name)),
      [],
    )
    for (const at of ['2026-01-15T12:00:00Z', '2026-07-15T12:00:00Z']) {
      const { rows } = await database.db.sql.execute<{ name: string; local: string }>(text`
        SELECT name, to_char(${at}::timestamptz AT TIME ZONE name, 'YYYY-MM-DD HH24:MI') AS local
        FROM unnest(${text.param(names)}::text[]) AS name`)
      const localOf = (timeZone: string) =>
        new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(
          new Date(at),
        )
      assert.deepEqual(
        rows.filter(({ name, local }) => local !== localOf(name)),
        [],
      )
      assert.equal(rows.length, names.length)
    }
  })
})
