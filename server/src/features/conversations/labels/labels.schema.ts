import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { idParams, pageAnswer, pageQuery, timestampOutput, uuidField } from '../../../wire.ts'

/** A label got another name or colour. */
export const labelCreated = definePublicEvent({
  name: 'label.created',
  scope: 'labels:read',
  description: 'There is a new label, made here or on the phone.',
  data: z.object({ label_id: z.string() }),
  toWire: (label: { tenantId: string; labelId: string }) => ({ label_id: label.labelId }),
  example: { tenantId: exampleValues.id, labelId: exampleValues.id },
  subscribers: {},
})

/** Name or colour: whoever keeps labels in step hears it. */
export const labelUpdated = definePublicEvent({
  name: 'label.updated',
  scope: 'labels:read',
  description: 'A label got another name or colour.',
  data: z.object({ label_id: z.string() }),
  toWire: (label: { tenantId: string; labelId: string }) => ({ label_id: label.labelId }),
  example: { tenantId: exampleValues.id, labelId: exampleValues.id },
  subscribers: {},
})
/** A label is gone, with everything that had it; who refers to it forgets it in the same transaction. */
export const labelDeleted = definePublicEvent({
  name: 'label.deleted',
  scope: 'labels:read',
  description: 'A label is gone; no chat has it any more.',
  data: z.object({ label_id: z.string() }),
  toWire: (label: { tenantId: string; labelId: string }) => ({ label_id: label.labelId }),
  example: { tenantId: exampleValues.id, labelId: exampleValues.id },
  subscribers: {},
})

/** Chats whose labels were changed. */
export interface ChatsLabelled {
  tenantId: string
  sessionIds: readonly string[]
  /** Our ids. */
  chatIds: readonly string[]
}

const labelledData = z.object({
  session_ids: z.array(z.string()).readonly(),
  chat_record_ids: z
    .array(z.string())
    .readonly()
    .meta({ description: 'The chats as `id` of a list of chats' }),
})
const labelledExample: ChatsLabelled = {
  tenantId: exampleValues.id,
  sessionIds: [exampleValues.id],
  chatIds: [exampleValues.id],
}

/** Chats of some sessions got or lost labels here. */
export const chatLabelled = definePublicEvent({
  name: 'chat.labelled',
  scope: 'labels:read',
  description: 'Chats got or lost labels here.',
  data: labelledData,
  toWire: ({ sessionIds, chatIds }: ChatsLabelled) => ({ session_ids: sessionIds, chat_record_ids: chatIds }),
  example: labelledExample,
  subscribers: {},
})

/** A chat got or lost a label on a phone; what is done here is brought to the phones, this is not. */
export const chatLabelledOnPhone = definePublicEvent({
  name: 'chat.labelled_on_phone',
  scope: 'labels:read',
  description: 'Chats got or lost labels on a phone.',
  data: labelledData,
  toWire: ({ sessionIds, chatIds }: ChatsLabelled) => ({ session_ids: sessionIds, chat_record_ids: chatIds }),
  example: labelledExample,
  subscribers: {},
})

export const labelNameTaken = defineError('label_name_taken', 409, 'name: there is a label with this name')

/** Path of one label. */
export const labelParams = idParams

/** Path of a chat: our id or WhatsApp's. */
export const labelledChatParams = z.object({
  chat_id: z
    .string()
    .min(1)
    .max(60)
    .meta({
      examples: ['15550100101@c.us'],
      description: 'Id of a chat, or a WhatsApp id, which names the chats of all sessions with it',
    }),
})

const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .meta({ examples: ['VIP'] })
const color = z
  .string()
  .regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as #FF6B35')
  .meta({ examples: ['#FF6B35'] })
const description = z.string().max(500).nullable()

/** A new label. */
export const createLabelBody = z.object({ name, color, description: description.optional() })

/** What may be changed about one. */
export const updateLabelBody = z.object({
  name: name.optional(),
  color: color.optional(),
  description: description.optional(),
})

/** A change of a label. */
export type LabelChangeInput = z.output<typeof updateLabelBody>

/** The label object of the contract. */
export const labelObject = z
  .object({
    id: z.string(),
    name: z.string(),
    color: z.string(),
    description: z.string().nullable(),
    chat_count: z.int(),
    synced: z.boolean().meta({
      description: 'Name and colour are the same on WhatsApp, in every session that has the label',
    }),
    created_at: timestampOutput,
    updated_at: timestampOutput,
    wa_label_id: z.string().nullable().meta({ description: 'In the first session that has it' }),
    synced_session_ids: z.array(z.string()).meta({ description: 'Sessions whose WhatsApp has the label' }),
  })
  .meta({ id: 'Label', description: 'A label for chats' })

/** A label on the wire. */
export type LabelObject = z.infer<typeof labelObject>

/** A page of the chats of a label. */
export const labelledChatsQuery = z.object({ ...pageQuery() })

/** Chats that have a label. */
export const labelledChatsAnswer = z.object({
  chats: z.array(
    z.object({
      id: z.string(),
      wa_chat_id: z.string(),
      name: z.string().nullable(),
      is_group: z.boolean(),
      session_id: z.string(),
    }),
  ),
  ...pageAnswer,
})

/** The complete new set of labels of a chat. */
export const chatLabelsBody = z.object({
  label_ids: z
    .array(uuidField)
    .max(200)
    .meta({ examples: [[]], description: 'All labels the chat has from now on; none clears it' }),
})
