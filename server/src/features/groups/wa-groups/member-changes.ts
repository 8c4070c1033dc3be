import type { GroupParticipant, Person } from '../../../engine/events.ts'
import type { WaGroupMemberRow } from './wa-groups.tables.ts'

/** What has to be written so that the stored members are the received ones. */
export interface MemberChanges {
  /** New and changed rows. */
  upserts: WaGroupMemberRow[]
  /** Row ids. */
  deletes: string[]
}

/** Looks members up by either address. */
class MemberIndex {
  readonly #byPhone = new Map<string, WaGroupMemberRow>()
  readonly #byLid = new Map<string, WaGroupMemberRow>()

  constructor(rows: readonly WaGroupMemberRow[]) {
    for (const row of rows) this.add(row)
  }

  add(row: WaGroupMemberRow): void {
    if (row.phone !== null) this.#byPhone.set(row.phone, row)
    if (row.lid !== null) this.#byLid.set(row.lid, row)
  }

  /** The rows of a person: two when each address came as somebody. */
  rowsOf({ phone, lid }: Pick<Person, 'phone' | 'lid'>): WaGroupMemberRow[] {
    const ofPhone = phone === null ? undefined : this.#byPhone.get(phone)
    const ofLid = lid === null ? undefined : this.#byLid.get(lid)
    return [...new Set([ofPhone, ofLid].filter((row) => row !== undefined))]
  }
}

type NewRow = (person: Person, role: WaGroupMemberRow['role']) => WaGroupMemberRow

class Changes {
  readonly #index: MemberIndex
  readonly #newRow: NewRow
  readonly #upserts = new Map<string, WaGroupMemberRow>()
  readonly #deletes = new Set<string>()
  /** Row ids of those who were mentioned. */
  readonly mentioned = new Set<string>()

  constructor(rows: readonly WaGroupMemberRow[], newRow: NewRow) {
    this.#index = new MemberIndex(rows)
    this.#newRow = newRow
  }

  /** The person is in the group; without a role the known one stays. */
  put(person: Person, role: WaGroupMemberRow['role'] | undefined): void {
    if (person.phone === null && person.lid === null) return
    const [row, ...doubles] = this.#index.rowsOf(person)
    for (const double of doubles) this.#drop(double)
    const next =
      row === undefined
        ? this.#newRow(person, role ?? 'member')
        : { ...row, phone: person.phone ?? row.phone, lid: person.lid ?? row.lid, role: role ?? row.role }
    const isSame =
      row !== undefined && row.phone === next.phone && row.lid === next.lid && row.role === next.role
    this.mentioned.add(next.id)
    if (isSame) return
    this.#upserts.set(next.id, next)
    this.#index.add(next)
  }

  remove(person: Person): void {
    for (const row of this.#index.rowsOf(person)) this.#drop(row)
  }

  drop(rows: readonly WaGroupMemberRow[]): void {
    for (const row of rows) this.#drop(row)
  }

  result(): MemberChanges {
    return { upserts: [...this.#upserts.values()], deletes: [...this.#deletes] }
  }

  #drop(row: WaGroupMemberRow): void {
    this.#upserts.delete(row.id)
    this.#deletes.add(row.id)
  }
}

/** What a full description of a group changes. */
export function describeMembers(
  rows: readonly WaGroupMemberRow[],
  participants: readonly GroupParticipant[],
  newRow: NewRow,
): MemberChanges {
  const changes = new Changes(rows, newRow)
  for (const { person, role } of participants) changes.put(person, role)
  changes.drop(rows.filter((row) => !changes.mentioned.has(row.id)))
  return changes.result()
}

/** What a received change of some members changes; a person who is promoted was a member, known or not. */
export function changeMembers(
  rows: readonly WaGroupMemberRow[],
  action: 'add' | 'remove' | 'promote' | 'demote' | 'leave',
  people: readonly Person[],
  newRow: NewRow,
): MemberChanges {
  const roles = { add: undefined, promote: 'admin', demote: 'member' } as const
  const changes = new Changes(rows, newRow)
  for (const person of people) {
    if (action === 'remove' || action === 'leave') changes.remove(person)
    else changes.put(person, roles[action])
  }
  return changes.result()
}
