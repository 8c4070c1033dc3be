import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { changedSince, isWithinHours, type OfficeHours } from '../../../platform/office-hours.ts'
import { wantsPerson } from './hand-over-words.ts'
import { replyDefaults } from './reply-turns.schema.ts'
import {
  type Burst,
  type ChatState,
  isMachine,
  reasonForSilence,
  rhythmWith,
  type Situation,
} from './silence.ts'
import { disclosesMachine, standingTextsIn } from './standing-texts.ts'

const now = new Date('2026-02-11T10:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)

const state: ChatState = {
  mode: null,
  pausedUntil: null,
  handedOverAt: null,
  resumedAt: null,
  disclosedAt: null,
  noticedAt: null,
  day: null,
  answers: 0,
  lastAnswerAt: null,
  latencies: [],
  lastHeard: null,
  repeats: 0,
  turns: 0,
}
const burst: Burst = { firstAt: ago(12), newestAt: ago(10), heard: 'x', isDisclosed: false }
const situation: Situation = {
  settings: { ...replyDefaults, mode: 'auto' },
  state,
  isConsenting: true,
  isOwnAccount: false,
  answersOfDay: 0,
  personAnsweredAt: null,
}
const silentIn = (change: Partial<Situation>, more: Partial<Burst> = {}) =>
  reasonForSilence({ ...situation, ...change }, { ...burst, ...more }, now)

suite('why a burst is not answered', () => {
  test('each reason by itself, and none without', () => {
    const set = (change: object) => ({ settings: { ...situation.settings, ...change } })
    const at = (change: Partial<ChatState>) => ({ state: { ...state, ...change } })
    assert.equal(silentIn({}), undefined)
    assert.equal(silentIn(set({ mode: 'off' })), 'off')
    assert.equal(silentIn({ ...set({ mode: 'off' }), ...at({ mode: 'auto' }) }), undefined)
    assert.equal(silentIn(at({ mode: 'off' })), 'off')
    assert.equal(silentIn({ isConsenting: false }), 'no_consent')
    assert.equal(silentIn({ isOwnAccount: true }), 'own_account')
    assert.equal(silentIn({}, { newestAt: ago(601) }), 'too_old')
    assert.equal(silentIn({ personAnsweredAt: ago(11 * 3600) }), 'person_answered')
    assert.equal(silentIn({ personAnsweredAt: ago(13 * 3600) }), undefined)
    assert.equal(silentIn({ personAnsweredAt: ago(60), ...at({ resumedAt: ago(30) }) }), undefined)
    assert.equal(silentIn({ personAnsweredAt: ago(1), ...set({ pause_hours: 0 }) }), 'person_answered')
    assert.equal(silentIn(at({ pausedUntil: ago(-1) })), 'paused')
    assert.equal(silentIn(at({ pausedUntil: ago(1) })), undefined)
    assert.equal(silentIn({}, { isDisclosed: true }), 'automatic_peer')
    assert.equal(silentIn(at({ day: '2026-02-11', answers: 20 })), 'chat_cap')
    assert.equal(silentIn(at({ day: '2026-02-10', answers: 20 })), undefined)
    assert.equal(silentIn({ answersOfDay: 500 }), 'session_cap')
  })
})

suite('a machine on the other side', () => {
  /** Answers until it is silent; the other side comes back after so many seconds each time. */
  function answersTo(latencies: readonly number[], texts: (index: number) => string = String): number {
    let at = state
    let atMs = now.getTime()
    let answers = 0
    for (const [index, latency] of latencies.entries()) {
      atMs += latency * 1000
      const heard: Burst = { ...burst, firstAt: new Date(atMs), heard: texts(index) }
      const rhythm = rhythmWith(at, heard)
      if (isMachine(rhythm, replyDefaults.max_turns)) return answers
      answers += 1
      atMs += 10_000
      at = { ...at, ...rhythm, turns: rhythm.turns + 1, lastHeard: heard.heard, lastAnswerAt: new Date(atMs) }
    }
    return answers
  }
  const times = (count: number, of: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => of(index))

  test('is told by its pace, its words or its patience, and both together fall silent after six messages', () => {
    assert.equal(answersTo(times(50, () => 1)), 3)
    assert.equal(answersTo(times(50, (index) => 12 + (index % 2) * 0.4)), 3)
    assert.equal(
      answersTo(
        times(50, (index) => 20 + 37 * (index % 3)),
        () => 'Thank you for your message!',
      ),
      2,
    )
    assert.equal(answersTo(times(50, (index) => 20 + 37 * (index % 3))), replyDefaults.max_turns)
    // Each of two machines gives three answers at most.
    assert.ok(2 * answersTo(times(50, () => 14)) <= 6)
  })

  test('is no person who answers quickly now and then, or comes back after an hour', () => {
    assert.equal(answersTo([30, 4, 55, 9, 21, 6, 80]), 7)
    assert.equal(answersTo(times(40, () => 4000)), 40)
  })
})

suite('office hours', () => {
  const hours: OfficeHours = {
    time_zone: 'Europe/Berlin',
    days: {
      wed: [
        ['09:00', '12:00'],
        ['13:00', '17:00'],
      ],
      fri: [['22:00', '02:00']],
      sun: [['00:00', '24:00']],
    },
    holidays: ['2026-02-18'],
  }
  const isOpen = (at: string) => isWithinHours(hours, new Date(at))

  test('are those of the clock on the wall, over midnight and over changes of the clock', () => {
    assert.deepEqual(
      ['07:59', '08:00', '10:59', '11:00', '12:00', '15:59', '16:00'].map((time) =>
        isOpen(`2026-02-11T${time}:00Z`),
      ),
      [false, true, true, false, true, true, false],
    )
    assert.equal(isOpen('2026-07-15T07:00:00Z'), true, 'in summer an hour earlier')
    assert.deepEqual(
      [isOpen('2026-02-13T21:30:00Z'), isOpen('2026-02-14T00:30:00Z'), isOpen('2026-02-14T01:00:00Z')],
      [true, true, false],
    )
    assert.equal(isOpen('2026-02-18T09:00:00Z'), false, 'a holiday')
    assert.equal(isOpen('2026-02-15T22:59:00Z'), true)
    assert.equal(isOpen('2026-02-10T09:00:00Z'), false, 'a day that is not named')
  })

  test('tell one night from the next', () => {
    const at = (text: string) => new Date(text)
    assert.equal(changedSince(hours, at('2026-02-11T17:00:00Z'), at('2026-02-12T05:00:00Z')), false)
    assert.equal(changedSince(hours, at('2026-02-11T05:00:00Z'), at('2026-02-11T18:00:00Z')), true)
  })
})

suite('words', () => {
  test('that want a person are known in many languages, and single ones only alone', () => {
    for (const text of [
      'I want to talk to a human!',
      'HUMAN',
      'Quiero hablar con una persona, por favor',
      'Falar com um atendente',
      'Je voudrais parler à un conseiller',
      'Kann ich mit einem Menschen sprechen?',
      'Vorrei parlare con un operatore',
      'Graag een medewerker',
      'Позовите оператора',
      'أريد التحدث مع موظف',
      'אני רוצה לדבר עם נציג',
      '我要转人工',
      '担当者と話したいです',
      '상담원 연결해 주세요',
      'gerçek bir insan istiyorum',
    ])
      assert.equal(wantsPerson(text, null), text !== 'Graag een medewerker', text)
    for (const text of [
      'Are you an estate agent?',
      'What is the support period?',
      'A person of mine bought it',
    ])
      assert.equal(wantsPerson(text, null), false, text)
    assert.equal(wantsPerson('Bitte den Chef holen', ['den Chef']), true)
    assert.equal(wantsPerson('human', ['den Chef']), false)
  })

  test('of the product say that a machine writes, and are recognised when another one says them', () => {
    const { disclosure } = standingTextsIn('de')
    assert.match(disclosure, /automatische Antwort/)
    assert.equal(disclosesMachine(`${disclosure}\n\nHallo`), true)
    assert.equal(disclosesMachine('Hallo'), false)
    assert.deepEqual(standingTextsIn('xx'), standingTextsIn(null))
  })
})
