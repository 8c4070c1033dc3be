import type { Filter } from '../queries.ts'

/** Conditions that can be clicked together; each stands once in a filter, and all of them must hold. */
export const conditionKinds = [
  'lead_status',
  'lead_status_for_days',
  'source_group_id',
  'label_id',
  'last_inbound_after',
  'last_inbound_before',
  'has_written',
  'no_answer_days',
  'language',
  'in_group_id',
  'not_in_group_id',
  'session_id',
] as const
/** One of them, by its name in the API. */
export type ConditionKind = (typeof conditionKinds)[number]

const aWeek = 7

/** A condition as it begins, before anything was chosen. */
const beginnings: { readonly [Kind in ConditionKind]: NonNullable<Filter[Kind]> } = {
  lead_status: [],
  lead_status_for_days: aWeek,
  source_group_id: [],
  label_id: [],
  last_inbound_after: { days_ago: 30 },
  last_inbound_before: { days_ago: 30 },
  has_written: true,
  no_answer_days: 3,
  language: [],
  in_group_id: [],
  not_in_group_id: [],
  session_id: '',
}

/** The filter with one condition more. */
export const withCondition = (filter: Filter, kind: ConditionKind): Filter => ({
  ...filter,
  [kind]: beginnings[kind],
})

/** The filter with one condition less. */
export function withoutCondition(filter: Filter, kind: ConditionKind): Filter {
  const { [kind]: _, ...rest } = filter
  return rest
}

const isThere = (value: unknown) => value !== undefined && value !== null
const isEmpty = (value: unknown) => value === '' || (Array.isArray(value) && value.length === 0)

/** Conditions that are shown, in the order of the menu. */
export const kindsOf = (filter: Filter): ConditionKind[] =>
  conditionKinds.filter((kind) => isThere(filter[kind]))

/** Whether a condition waits for a choice: it does not count until there is one. */
export const isUnfinished = (filter: Filter, kind: ConditionKind) => isEmpty(filter[kind])

/** What is sent: without conditions that nothing was chosen for. */
export function finishedFilter(filter: Filter): Filter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => isThere(value) && !isEmpty(value)))
}

/** What was set by the API and cannot be clicked: it stays as it is. */
export function hasMore(filter: Filter): boolean {
  const known = new Set<string>([...conditionKinds, 'time_zone'])
  return Object.entries(filter).some(([name, value]) => isThere(value) && !isEmpty(value) && !known.has(name))
}
