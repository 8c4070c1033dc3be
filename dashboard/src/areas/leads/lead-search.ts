import type { LeadFilter } from './queries.ts'
import { type LeadStatus, leadStatuses } from './status-machine.ts'

/** What stands behind `?` of the list. */
export interface LeadSearch {
  view?: 'table'
  search?: string
  group?: string
  score?: number
  status?: LeadStatus
  sort?: LeadSort
  order?: 'asc'
}

const sorts = ['lead_detected_at', 'lead_score', 'signal_score', 'last_signal'] as const
type LeadSort = (typeof sorts)[number]

/** Keeps what is known. */
export function readLeadSearch(raw: Record<string, unknown>): LeadSearch {
  const status = leadStatuses.find((name) => name === raw['status'])
  const sort = sorts.find((name) => name === raw['sort'])
  const score = Number(raw['score'])
  return {
    ...(raw['view'] === 'table' ? { view: 'table' as const } : {}),
    ...(typeof raw['search'] === 'string' && raw['search'] !== '' ? { search: raw['search'] } : {}),
    ...(typeof raw['group'] === 'string' ? { group: raw['group'] } : {}),
    ...(score >= 1 && score <= 10 ? { score } : {}),
    ...(status === undefined ? {} : { status }),
    ...(sort === undefined ? {} : { sort }),
    ...(raw['order'] === 'asc' ? { order: 'asc' as const } : {}),
  }
}

/** The same for the API; the board shows every state, so only the table has one. */
export function filterOf({ view, search, group, score, status, sort, order }: LeadSearch): LeadFilter {
  return {
    ...(search === undefined ? {} : { search }),
    ...(group === undefined ? {} : { source_group_id: group }),
    ...(score === undefined ? {} : { min_signal_score: score }),
    ...(status === undefined || view === undefined ? {} : { status }),
    ...(sort === undefined || view === undefined ? {} : { sort }),
    ...(order === undefined || view === undefined ? {} : { order }),
  }
}
