import { defineError } from '../../../platform/errors.ts'
import { defineEvent } from '../../../platform/events/events.ts'
import { isStorable } from '../../../platform/storable-text.ts'

export const customGroupInUse = defineError(
  'custom_group_in_use',
  400,
  'An active schedule or an unfinished bulk job sends to this list: cancel it first',
)

/** A list of the tenant that is about to go. */
export interface CustomGroupDeleting {
  tenantId: string
  groupId: string
}

/**
 * A list is deleted unless a handler throws `customGroupInUse`: whoever has work for it that has not ended refuses. The
 * list is locked by then, so that nobody begins such work meanwhile who has held it with `holdUsableGroup`.
 */
export const customGroupDeleting = defineEvent<CustomGroupDeleting>('custom_group.deleting')

/** What a member may have beside phone and name, for placeholders. */
export const variableLimits = {
  /** Values of one member. */
  perMember: 50,
  /** Different names on one list. */
  perList: 100,
  nameCharacters: 100,
  valueCharacters: 1000,
}

/** How names of values are compared: they are one whatever their case, as placeholders are. */
export function foldVariableName(name: string): string {
  return name.trim().normalize('NFC').toLowerCase()
}

/** Why a name cannot stand in a placeholder; undefined for one that can. */
export function variableNameProblem(name: string): string | undefined {
  const folded = foldVariableName(name)
  if (folded === '' || folded.length > variableLimits.nameCharacters)
    return `a name has 1 to ${variableLimits.nameCharacters} characters`
  if (/[{}|]/.test(folded)) return 'a name has no braces and no |'
  if (!isStorable(name)) return 'a name has no NUL and no half characters'
  return folded === 'name' || folded === 'phone' ? `${folded} is a field of its own` : undefined
}
