import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createMetrics, type GaugeReading } from './metrics.ts'

const source = (read: () => Promise<readonly GaugeReading[]>, name = 'things') => ({
  name,
  gauges: [
    { name: `${name}_total`, help: 'All' },
    { name: `${name}_by_kind`, help: 'By kind', label: 'kind' },
  ],
  read,
})

describe('figures that are read at a scrape', () => {
  test('with and without a label', async () => {
    const metrics = createMetrics()
    metrics.watch(
      source(async () => [
        { name: 'things_total', value: 7 },
        { name: 'things_by_kind', label: 'red', value: 3 },
      ]),
    )
    const { body } = await metrics.render()
    assert.match(body, /^moltflow_things_total 7$/m)
    assert.match(body, /^moltflow_things_by_kind\{kind="red"\} 3$/m)
    assert.match(body, /^moltflow_scrape_failed\{source="things"\} 0$/m)
  })

  test('what cannot be read is missing and said to be, beside what can', async () => {
    const metrics = createMetrics()
    let isAway = false
    metrics.watch(
      source(async () => {
        if (isAway) throw new Error('the database is away')
        return [{ name: 'things_total', value: 7 }]
      }),
    )
    metrics.watch(source(async () => [{ name: 'others_total', value: 1 }], 'others'))
    isAway = true
    const { body } = await metrics.render()
    assert.doesNotMatch(body, /^moltflow_things_total/m)
    assert.match(body, /^moltflow_scrape_failed\{source="things"\} 1$/m)
    assert.match(body, /^moltflow_others_total 1$/m)
    isAway = false
    assert.match((await metrics.render()).body, /^moltflow_things_total 7$/m)
  })

  test('a source that never answers holds nobody up for long, and scrapes share one reading', async () => {
    const metrics = createMetrics()
    let reads = 0
    metrics.watch(
      source(() => {
        reads += 1
        return new Promise(() => undefined)
      }),
    )
    const answers = await Promise.all([metrics.render(), metrics.render()])
    for (const { body } of answers) assert.match(body, /^moltflow_scrape_failed\{source="things"\} 1$/m)
    assert.equal(reads, 1)
  })
})
