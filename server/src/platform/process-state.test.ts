import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AppScope, closeProcessStates, defineProcessState } from './process-state.ts'

const newApp = (): AppScope => ({ events: {} })

describe('what a process remembers', () => {
  test('is made once for an application, at first use, whoever calls', () => {
    let made = 0
    const counts = defineProcessState((_: AppScope) => {
      made += 1
      return { number: made }
    })
    const app = newApp()
    assert.equal(made, 0)
    assert.equal(counts.of(app), counts.of({ ...app }))
    assert.equal(made, 1)
  })

  test('belongs to one application: two at once over one database do not share it', () => {
    const notes = defineProcessState((_: AppScope & { db: object }) => new Set<string>())
    const db = {}
    const [first, second] = [
      { ...newApp(), db },
      { ...newApp(), db },
    ]
    notes.of(first).add('of the first')
    assert.deepEqual([...notes.of(second)], [])
  })

  test('is closed in the reverse order of its making, one after another', async () => {
    const closed: string[] = []
    const define = (name: string) =>
      defineProcessState(
        (_: AppScope) => name,
        async () => {
          await Promise.resolve()
          closed.push(name)
        },
      )
    const [first, second, third] = ['first', 'second', 'third'].map(define)
    const needy = defineProcessState(
      (ctx: AppScope) => second?.of(ctx),
      () => closed.push('needy'),
    )
    const app = newApp()
    third?.of(app)
    needy.of(app)
    first?.of(app)
    await closeProcessStates(app)
    assert.deepEqual(closed, ['first', 'needy', 'second', 'third'])
  })

  test('is closed all the same when another one cannot be, and what went wrong is thrown', async () => {
    const closed: string[] = []
    const sound = defineProcessState(
      (_: AppScope) => 'sound',
      (state) => closed.push(state),
    )
    const broken = ['one', 'two'].map((name) =>
      defineProcessState(
        (_: AppScope) => name,
        () => Promise.reject(new Error(`no ${name}`)),
      ),
    )
    const app = newApp()
    sound.of(app)
    for (const state of broken) state.of(app)
    await assert.rejects(closeProcessStates(app), (error: AggregateError) => {
      assert.deepEqual(
        error.errors.map((each: Error) => each.message),
        ['no two', 'no one'],
      )
      return true
    })
    assert.deepEqual(closed, ['sound'])
    const single = newApp()
    broken[0]?.of(single)
    await assert.rejects(closeProcessStates(single), { message: 'no one' })
  })

  test('may be used while it closes, and by what closes after it not any more', async () => {
    const counts = defineProcessState(
      (_: AppScope) => ({ written: 0 }),
      (state) => {
        state.written = counts.of(app).written + 1
      },
    )
    const late = defineProcessState(
      (_: AppScope) => 'late',
      () => {
        assert.throws(() => counts.of(app), /used after its application has closed/)
      },
    )
    const app = newApp()
    late.of(app)
    const state = counts.of(app)
    await closeProcessStates(app)
    assert.equal(state.written, 1)
  })

  test('first used by what closes is closed as well', async () => {
    const closed: string[] = []
    const inner = defineProcessState(
      (_: AppScope) => 'inner',
      (name) => closed.push(name),
    )
    const outer = defineProcessState(
      (_: AppScope) => 'outer',
      () => void inner.of(app),
    )
    const app = newApp()
    outer.of(app)
    await closeProcessStates(app)
    assert.deepEqual(closed, ['inner'])
  })

  test('is not made anew once its application has closed; another application is not touched', async () => {
    const counts = defineProcessState((_: AppScope) => ({ count: 0 }))
    const unused = defineProcessState((_: AppScope) => 'unused')
    const [first, second] = [newApp(), newApp()]
    const kept = counts.of(second)
    counts.of(first)
    await closeProcessStates(first)
    assert.throws(() => counts.of(first), /used after its application has closed/)
    assert.throws(() => unused.of(first), /used after its application has closed/)
    assert.equal(counts.of(second), kept)
  })

  test('is closed once, however often its application is', async () => {
    let times = 0
    const counts = defineProcessState(
      (_: AppScope) => 'counts',
      () => (times += 1),
    )
    const app = newApp()
    counts.of(app)
    await Promise.all([closeProcessStates(app), closeProcessStates(app)])
    await closeProcessStates(app)
    assert.equal(times, 1)
  })

  test('whose making failed is made at the next use', () => {
    let tries = 0
    const flaky = defineProcessState((_: AppScope) => {
      tries += 1
      if (tries === 1) throw new Error('not yet')
      return tries
    })
    const app = newApp()
    assert.throws(() => flaky.of(app), /not yet/)
    assert.equal(flaky.of(app), 2)
  })
})
