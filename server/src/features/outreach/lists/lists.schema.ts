import { z } from 'zod'
import { chatKind, parseChatId, phoneOf } from '../../../engine/ids.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import {
  deletedAnswer,
  idParams,
  limitQuery,
  offsetQuery,
  pageAnswer,
  pageQuery,
  timestampOutput,
  toTimestamp,
  toTimestampOrNull,
  uuidField,
} from '../../../wire.ts'
import { phoneField } from '../../conversations/contacts/contacts.schema.ts'
import {
  foldVariableName,
  variableLimits,
  variableNameProblem,
} from '../../groups/custom-groups/custom-groups.schema.ts'
import type { MemberRow } from '../../groups/custom-groups/custom-groups.service.ts'
import type { CustomGroupRow } from '../../groups/custom-groups/custom-groups.tables.ts'
import { segmentFilterSchema, toFilter } from '../segments/segments.schema.ts'

export { deletedAnswer, idParams }

/** Removes the members of a list that is gone, or was never made. */
export const dropMembersJob = defineJob<{ tenantId: string; groupId: string }>('custom_groups.drop_members')

/** People of one request. */
const mostPeople = 1000
/** Characters of a member's name. */
export const nameCharacters = 255

const listName = z.string().trim().min(1).max(255)
const description = z.string().trim().max(2000).nullable()

const variableValue = z
  .union([z.string().max(variableLimits.valueCharacters), z.number(), z.boolean()])
  .transform(String)

/** Values for placeholders as the API takes them: names that can stand in one, each once whatever its case. */
const variables = z
  .record(z.string(), variableValue)
  .superRefine((given, context) => {
    const names = Object.keys(given)
    const complain = (message: string, path: string[] = []) =>
      context.addIssue({ code: 'custom', message, path })
    if (names.length > variableLimits.perMember)
      complain(`must have at most ${variableLimits.perMember} entries`)
    const seen = new Set<string>()
    for (const name of names.slice(0, variableLimits.perMember)) {
      const problem = seen.has(foldVariableName(name)) ? 'is there twice' : variableNameProblem(name)
      if (problem !== undefined) complain(problem, [name])
      seen.add(foldVariableName(name))
    }
  })
  .transform((given) =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name.trim(), value])),
  )
  .meta({ description: 'Values for placeholders, by name: `{{city}}`', examples: [{ city: 'Berlin' }] })

const toName = (text: string | null | undefined): string | null =>
  text === undefined || text === '' ? null : text

const personObject = z
  .object({
    phone: phoneField.meta({ examples: ['15550100101'] }),
    name: z
      .string()
      .trim()
      .max(nameCharacters)
      .nullish()
      .meta({ examples: ['Ada'] }),
    variables: variables.optional(),
  })
  .transform(({ phone, name, variables: values = {} }) => ({ phone, name: toName(name), variables: values }))

const person = z.union(
  [personObject, phoneField.transform((phone) => ({ phone, name: null, variables: {} }))],
  { error: 'must be a phone number of 7 to 15 digits, or an object with such a phone' },
)

const people = z.array(person).max(mostPeople)
const somePeople = people.min(1)

/** A new list. */
export const createListBody = z
  .object({
    name: listName.meta({ examples: ['Customers in Berlin'] }),
    description: description.optional(),
    members: people.default([]).meta({ examples: [[{ phone: '15550100101', name: 'Ada' }]] }),
    filter: segmentFilterSchema
      .nullish()
      .meta({ description: 'Makes it a segment: who belongs to it, instead of members' }),
  })
  .refine(({ members, filter }) => members.length === 0 || filter === undefined || filter === null, {
    path: ['filter'],
    message: 'a group has either members or a filter',
  })

/** What may be changed about a list. */
export const updateListBody = z.object({
  name: listName.optional().meta({ examples: ['Customers in Berlin and Potsdam'] }),
  description: description.optional(),
  filter: segmentFilterSchema
    .nullish()
    .meta({ description: 'Who belongs to a segment; null makes it a list without members' }),
})

/** The list object of the contract. */
export const listObject = z
  .object({
    id: z.string(),
    name: z.string(),
    member_count: z.int(),
    created_at: timestampOutput,
    description: z.string().nullable(),
    updated_at: timestampOutput,
    filter: segmentFilterSchema
      .nullable()
      .meta({ description: 'Who belongs to a segment; null for a list with members' }),
    member_counted_at: timestampOutput
      .nullable()
      .meta({ description: 'As of when a segment has `member_count` people; null for lists' }),
  })
  .meta({
    id: 'CustomGroup',
    description: 'A list of contacts, or a segment; a WhatsApp group is something else',
  })

/** A list on the wire. */
export type ListObject = z.infer<typeof listObject>

/** Writes a list the way answers carry it. */
export function listToWire(row: CustomGroupRow): ListObject {
  return {
    id: row.id,
    name: row.name,
    member_count: row.memberCount,
    created_at: toTimestamp(row.createdAt),
    description: row.description,
    updated_at: toTimestamp(row.updatedAt),
    filter: toFilter(row.filter),
    member_counted_at: toTimestampOrNull(row.memberCountedAt),
  }
}

const memberFields = {
  phone: z.string().meta({ description: '`+E.164`' }),
  name: z.string().nullable(),
  added_at: timestampOutput.nullable().meta({ description: 'Null for people of a segment' }),
  variables: z.record(z.string(), z.string()).meta({ description: 'Values for placeholders, by name' }),
}

/** The member object of the contract. */
const memberObject = z
  .object({
    id: z.string().nullable().meta({ description: 'Null for people of a segment' }),
    ...memberFields,
  })
  .meta({ id: 'CustomGroupMember', description: 'Somebody on a list' })

/** A member as a file has it. */
export const exportedMember = z.object(memberFields)

/** Somebody on a list, or with nulls in a segment. */
export type GroupPerson = Pick<MemberRow, 'phone' | 'name' | 'variables'> & {
  id: string | null
  addedAt: string | null
}

/** Writes a member the way files have it. */
export function memberToFile(row: GroupPerson): z.infer<typeof exportedMember> {
  const { name, variables: values, addedAt } = row
  const phone = phoneOf(row.phone) ?? `+${row.phone}`
  const added = addedAt === null ? null : toTimestamp(new Date(addedAt))
  return { phone, name, added_at: added, variables: values }
}

/** Writes a member the way answers carry it. */
export function memberToWire(row: GroupPerson): z.infer<typeof memberObject> {
  return { id: row.id, ...memberToFile(row) }
}

/** A page of lists. */
export const listsQuery = z.object({
  ...pageQuery(),
  kind: z.enum(['list', 'segment']).optional().meta({ description: 'Lists with members, or segments' }),
})
/** One page of lists. */
export const listsAnswer = z.object({ groups: z.array(listObject), ...pageAnswer })

/** Which members of a list to show. */
export const membersQuery = z.object({
  limit: limitQuery(1000).default(1000).meta({ description: 'How many members' }),
  offset: offsetQuery(),
})
/** A list with members. */
export const listDetails = listObject
  .extend({ members: z.array(memberObject) })
  .meta({ id: 'CustomGroupDetails', description: 'A list of contacts with its members, as they came' })

const required = (field: string) => ({ code: 'custom' as const, message: 'field required', path: [field] })

/** Who to put on a list. */
export const addMembersBody = z
  .object({ contacts: somePeople.optional(), members: somePeople.optional() })
  .superRefine(({ contacts, members }, context) => {
    if (contacts === undefined && members === undefined) context.addIssue(required('contacts'))
  })
  .meta({ examples: [{ contacts: [{ phone: '15550100102', name: 'Ben', variables: { city: 'Berlin' } }] }] })

/** What came of it. */
export const addedAnswer = z.object({ added: z.int(), skipped: z.int(), member_count: z.int() })

const phones = z.array(phoneField).min(1).max(mostPeople)

/** Who to take off a list: named in exactly one way. */
export const removeMembersBody = z
  .object({
    phones: phones.optional(),
    member_ids: z.array(uuidField).min(1).max(mostPeople).optional(),
    contacts: somePeople.optional(),
  })
  .superRefine((given, context) => {
    const named = Object.entries(given).flatMap(([field, value]) => (value === undefined ? [] : [field]))
    if (named.length === 0) context.addIssue(required('phones'))
    for (const field of named.slice(1))
      context.addIssue({ code: 'custom', message: `give either this or ${named[0]}`, path: [field] })
  })
  .meta({ examples: [{ phones: ['15550100102'] }] })

/** What came of it. */
export const removedAnswer = z.object({ removed: z.int(), not_found: z.int(), member_count: z.int() })

/** Which people of all sessions. */
export const peopleQuery = z.object({
  limit: limitQuery(500).default(100),
  offset: offsetQuery(),
  search: z
    .string()
    .trim()
    .max(200)
    .optional()
    .meta({ description: 'Beginnings of words of a name, or of a number', examples: ['Ada'] }),
  session_id: uuidField.optional(),
})

/** One page of people. */
export const peopleAnswer = z.object({
  contacts: z.array(
    z.object({
      phone: z.string(),
      name: z.string().nullable(),
      wa_chat_id: z.string(),
      session_ids: z.array(z.string()),
      last_message_at: timestampOutput.nullable(),
    }),
  ),
  ...pageAnswer,
})

/** The groups of all working sessions. */
export const waGroupsAnswer = z.object({
  groups: z.array(
    z.object({
      wa_group_id: z.string(),
      name: z.string(),
      participant_count: z.int(),
      session_id: z.string(),
      session_name: z.string(),
    }),
  ),
  total: z.int(),
})

const waGroupId = z.string().transform((text, context) => {
  const chatId = parseChatId(text)
  if (chatId !== undefined && chatKind(chatId) === 'group') return chatId
  context.addIssue({ code: 'custom', message: 'must be the WhatsApp id of a group, ending in @g.us' })
  return z.NEVER
})

/** A new list of everybody in WhatsApp groups. */
export const fromWaGroupsBody = z.object({
  name: listName.meta({ examples: ['Neighbours'] }),
  description: description.optional(),
  wa_groups: z
    .array(z.object({ wa_group_id: waGroupId, session_id: uuidField }))
    .min(1)
    .max(50)
    .meta({
      examples: [
        [{ wa_group_id: '120363000000000001@g.us', session_id: '019c4c2e-6a00-7000-8000-000000000001' }],
      ],
    }),
})

/** The new list, and who is on it. */
export const fromWaGroupsAnswer = listObject
  .extend({
    imported: z.int(),
    duplicates_skipped: z
      .int()
      .meta({ description: 'Who is in several of the groups, each time but the first' }),
    unresolved: z.int().meta({ description: 'People whose number WhatsApp hides: they are not on the list' }),
  })
  .meta({ id: 'ImportedCustomGroup', description: 'A list of the people of WhatsApp groups' })
