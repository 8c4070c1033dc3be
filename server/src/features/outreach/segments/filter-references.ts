import type { SegmentConditions, SegmentFilter } from './segments.schema.ts'

/** One place in a filter, with the name under which it is written. */
interface Place {
  at: string
  conditions: SegmentConditions
}

function placesOf(filter: SegmentFilter): Place[] {
  const within = (name: 'any_of' | 'none_of') =>
    (filter[name] ?? []).map((conditions, index) => ({ at: `filter.${name}.${index}.`, conditions }))
  return [{ at: 'filter.', conditions: filter }, ...within('any_of'), ...within('none_of')]
}

/** What a filter names, and where it does. */
export interface References {
  groups: Map<string, string>
  labels: Map<string, string>
  sessions: Map<string, string>
  sources: Map<string, string>
  languages: Map<string, string>
}

/** Everything that a filter names, each with the field that names it first. */
export function referencesOf(filter: SegmentFilter): References {
  const found: References = {
    groups: new Map(),
    labels: new Map(),
    sessions: new Map(),
    sources: new Map(),
    languages: new Map(),
  }
  for (const { at, conditions } of placesOf(filter)) {
    const note = (
      into: Map<string, string>,
      field: keyof SegmentConditions,
      values: readonly string[] = [],
    ) => {
      for (const value of values) if (!into.has(value)) into.set(value, at + field)
    }
    note(found.groups, 'in_group_id', conditions.in_group_id)
    note(found.groups, 'not_in_group_id', conditions.not_in_group_id)
    note(found.labels, 'label_id', conditions.label_id)
    note(found.sessions, 'session_id', conditions.session_id === undefined ? [] : [conditions.session_id])
    note(found.sources, 'source_group_id', conditions.source_group_id)
    note(found.languages, 'language', conditions.language)
  }
  return found
}
