import type { LeadFacts, ScoreSignal } from './leads.tables.ts'
import { findTextSignals } from './text-signals.ts'

/** What each kind of message adds once, however often it is seen. */
const weights: Readonly<Record<string, number>> = {
  keyword: 3,
  purchase: 3,
  price: 2,
  mention: 2,
  question: 1,
  urgency: 1,
  contact_details: 1,
}

/** More days or groups than this make no difference. */
const maxKept = 4
const highest = 10

/** What a message adds to the score: its kinds, its day in UTC and its group. */
export function factsOf(signal: {
  text: string
  matchedKeyword: string | null
  monitorMode: string
  waGroupId: string
  at: Date
}): LeadFacts {
  const kinds = [
    ...(signal.matchedKeyword === null ? [] : ['keyword']),
    ...(signal.monitorMode === 'mentions' ? ['mention'] : []),
    ...findTextSignals(signal.text),
  ]
  return { kinds, days: [signal.at.toISOString().slice(0, 10)], groups: [signal.waGroupId] }
}

const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])]

/** Both together. */
export function addFacts(a: LeadFacts, b: LeadFacts): LeadFacts {
  return {
    kinds: union(a.kinds, b.kinds),
    days: union(a.days, b.days).slice(0, maxKept),
    groups: union(a.groups, b.groups).slice(0, maxKept),
  }
}

/** The score, 0 to 10, with everything that raised it, the heaviest first. */
export function scoreOf({ kinds, days, groups }: LeadFacts): { score: number; reasons: ScoreSignal[] } {
  const reasons = kinds.map((signal) => ({ signal, weight: weights[signal] ?? 0 }))
  if (days.length > 1) reasons.push({ signal: 'several_days', weight: days.length > 2 ? 2 : 1 })
  if (groups.length > 1) reasons.push({ signal: 'several_groups', weight: groups.length > 2 ? 2 : 1 })
  reasons.sort((a, b) => b.weight - a.weight || (a.signal < b.signal ? -1 : 1))
  const sum = reasons.reduce((total, { weight }) => total + weight, 0)
  return { score: Math.min(highest, sum), reasons }
}
