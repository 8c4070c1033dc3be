import { z } from 'zod'
import { timestampOutput } from '../../../wire.ts'
import { contactObject } from '../../conversations/contacts/contacts.schema.ts'

/** A contact with what somebody who answers wants to know first. */
export const contactDetail = contactObject
  .extend({
    time_zones: z.array(z.string()).meta({
      description: 'Where the number may be at home; several in large countries, none while it is hidden',
      examples: [['Europe/Lisbon']],
    }),
    language: z
      .string()
      .nullable()
      .meta({ description: 'What the person writes in (ISO 639-1), once a segment has asked for languages' }),
    first_inbound_at: timestampOutput
      .nullable()
      .meta({ description: 'When the person wrote first, of what is kept' }),
  })
  .meta({ id: 'ContactDetail', description: 'One person, with local time, language and first message' })

/** A contact's detail on the wire. */
export type ContactDetail = z.infer<typeof contactDetail>
