import { defineError } from '../../../platform/errors.ts'

export const groupIsSegment = defineError(
  'custom_group_is_segment',
  400,
  'The group is a segment: its filter says who belongs to it, so nobody can be put on it or taken off',
)
export const groupHasMembers = defineError(
  'custom_group_has_members',
  400,
  'The group has members: a group has either members or a filter',
)
