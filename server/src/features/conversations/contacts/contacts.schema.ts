import { z } from 'zod'
import { parsePhone } from '../../../engine/ids.ts'
import { defineEvent } from '../../../platform/events/events.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { idParams, pageAnswer, pageQuery, timestampOutput, uuidField } from '../../../wire.ts'

/** What people are called changed: whoever caches names reads them again. */
export const contactsRenamed = definePublicEvent({
  name: 'contacts.renamed',
  scope: 'contacts:read',
  description: 'What people are called changed.',
  data: z.object({ contact_ids: z.array(z.string()).readonly() }),
  toWire: (renamed: { tenantId: string; contactIds: readonly string[] }) => ({
    contact_ids: renamed.contactIds,
  }),
  example: { tenantId: exampleValues.id, contactIds: [exampleValues.id] },
  subscribers: {},
})

/**
 * Two contacts turned out to be one person, and both are locked: who refers to the one that goes refers to the one
 * that stays from now on, in the same transaction.
 */
export const contactsMerged = defineEvent<ContactsMerged>('contacts.merged')

/** Which contact stays, and which goes. */
export interface ContactsMerged {
  tenantId: string
  keepId: string
  dropId: string
}

/** Path of one contact. */
export const contactParams = idParams

/** Which contacts to list. */
export const contactListQuery = z.object({
  ...pageQuery(),
  session_id: uuidField.optional(),
  search: z
    .string()
    .trim()
    .max(200)
    .optional()
    .meta({ description: 'Beginnings of words of a name, or of a number', examples: ['Ada'] }),
})

/** A list filter as the service knows it. */
export type ContactListInput = z.output<typeof contactListQuery>

const timestamp = timestampOutput.nullable()

/** The contact object of the contract; what is called additive there is described here. */
export const contactObject = z
  .object({
    id: z.string(),
    phone: z.string().nullable().meta({ description: '`+E.164`; null while WhatsApp hides the number' }),
    name: z.string().nullable().meta({
      description:
        "What the contact is called: the tenant's name, else the address book's, else the person's",
    }),
    push_name: z.string().nullable().meta({ description: 'What the person calls itself' }),
    is_business: z.boolean(),
    sessions: z.array(z.string()),
    labels: z.array(z.object({ id: z.string(), name: z.string(), color: z.string() })),
    last_inbound_at: timestamp,
    last_outbound_at: timestamp,
    message_count: z.int(),
    wa_chat_id: z.string(),
    own_name: z.string().nullable().meta({ description: 'Given by the tenant' }),
    book_name: z.string().nullable().meta({ description: "From the phone's address book" }),
    notes: z.string().nullable(),
    is_blocked: z.boolean().meta({ description: 'Blocked in one of its sessions' }),
  })
  .meta({ id: 'Contact', description: 'One person' })

/** A contact on the wire. */
export type ContactObject = z.infer<typeof contactObject>

/** One page of contacts. */
export const contactListAnswer = z.object({
  contacts: z.array(contactObject),
  ...pageAnswer,
})

/** What the tenant may say about a contact; null takes it back. */
export const updateContactBody = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .nullable()
    .optional()
    .meta({ examples: ['Anna of the bakery'] }),
  notes: z.string().max(5000).nullable().optional(),
})

/** A phone number in a query or body, as digits. */
export const phoneField = z.string().transform((text, context) => {
  const phone = parsePhone(text)
  if (phone !== undefined) return phone
  context.addIssue({ code: 'custom', message: 'must be a phone number of 7 to 15 digits' })
  return z.NEVER
})

/** Which number to look up through which session. */
export const contactCheckQuery = z.object({
  session_id: uuidField,
  phone: phoneField.meta({ examples: ['15550100101'] }),
})

/** Whether a number has WhatsApp. */
export const contactCheckAnswer = z.object({
  phone: z.string(),
  exists: z.boolean(),
  wa_chat_id: z.string().nullable(),
})
