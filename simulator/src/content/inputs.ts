import type { proto } from 'baileys'
import { z } from 'zod'
import { messageIdSchema, phoneSchema, textSchema } from '../fields.ts'

/** Kinds of files as people know them. */
export const mediaKinds = ['image', 'video', 'gif', 'audio', 'voice', 'document', 'sticker'] as const

const maxFileBytes = 100 * 1024 * 1024

/** Of a body with a file: 100 MiB as base64, and what stands around it. */
export const maxFileBodyBytes = 150 * 1024 * 1024

/** Bytes of a file, in process. */
export const bytesSchema = z
  .custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be a Uint8Array')
  .refine(({ length }) => length > 0 && length <= maxFileBytes, `has 1 to ${maxFileBytes} bytes`)

/** A file: its bytes as base64, or in process as they are. */
export const mediaSchema = z
  .strictObject({
    kind: z.enum(mediaKinds),
    base64: z
      .base64()
      .min(1)
      .max(Math.ceil(maxFileBytes / 3) * 4)
      .optional(),
    bytes: bytesSchema.optional(),
    mimetype: z.string().min(3).max(200).optional(),
    caption: textSchema.optional(),
    fileName: z.string().min(1).max(500).optional(),
    seconds: z.number().int().min(0).max(86_400).optional(),
    width: z.number().int().min(1).max(20_000).optional(),
    height: z.number().int().min(1).max(20_000).optional(),
    animated: z.boolean().optional(),
  })
  .refine(({ base64, bytes }) => (base64 === undefined) !== (bytes === undefined), {
    path: ['base64'],
    message: 'either base64 or bytes is needed',
  })

const emojiSchema = z.string().max(50)
/** A time in seconds. */
export const secondsSchema = z
  .number()
  .int()
  .min(0)
  .max(365 * 86_400)

/** What a message can say: exactly one of these. */
const contents = {
  text: textSchema.optional(),
  media: mediaSchema.optional(),
  location: z
    .strictObject({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      name: z.string().max(1000).optional(),
      address: z.string().max(1000).optional(),
      live: z.boolean().optional(),
    })
    .optional(),
  contacts: z
    .array(z.strictObject({ name: z.string().min(1).max(200), phone: phoneSchema }))
    .min(1)
    .max(257)
    .optional(),
  poll: z
    .strictObject({
      title: z.string().min(1).max(255),
      options: z
        .array(z.string().min(1).max(100))
        .min(2)
        .max(12)
        .refine((options) => new Set(options).size === options.length, 'options must differ'),
      multiple: z.boolean().optional(),
    })
    .optional(),
  vote: z.strictObject({ poll: messageIdSchema, options: z.array(z.string()).max(12) }).optional(),
  /** An empty emoji takes the reaction back. */
  reaction: z.strictObject({ message: messageIdSchema, emoji: emojiSchema }).optional(),
  edit: z.strictObject({ message: messageIdSchema, text: textSchema }).optional(),
  revoke: z.strictObject({ message: messageIdSchema }).optional(),
  /** How long messages of this chat are kept from now on, 0 for ever. */
  disappearing: z.strictObject({ seconds: secondsSchema }).optional(),
  /** Any message of the protocol: base64 of its protobuf, or in process the object. */
  raw: z
    .union([
      z.base64().min(1),
      z.custom<proto.IMessage>((value) => typeof value === 'object' && value !== null),
    ])
    .optional(),
}

const contentKinds = Object.keys(contents) as (keyof typeof contents)[]

/** What goes with a content that stands in the chat as a message of its own. */
const flags = {
  quoted: messageIdSchema.optional(),
  mentions: z.array(phoneSchema).max(1024).optional(),
  forwarded: z.boolean().optional(),
  ephemeralSeconds: secondsSchema.min(1).optional(),
  /** `hidden` is what linked clients get of WhatsApp today: the fact, without the content. */
  viewOnce: z.union([z.boolean(), z.literal('hidden')]).optional(),
  /** Linked clients are told that there is a message, and get it when they ask the phone. */
  withheld: z.boolean().optional(),
}

/** Fields of everything that a message can be. */
export const contentFields = { ...contents, ...flags }

const standsAlone = new Set(['text', 'media', 'location', 'contacts', 'poll'])
const viewOnceKinds = new Set(['image', 'video', 'gif', 'voice', 'audio'])

type Fields = { [K in keyof typeof contentFields]?: unknown } & { media?: { kind: string } | undefined }

/** Checks that there is one content, and that the flags fit it. */
export function checkContent(draft: Fields, context: z.RefinementCtx): void {
  const fail = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message, input: draft })
  const given = contentKinds.filter((kind) => draft[kind] !== undefined)
  const [kind, second] = given
  if (!kind) fail('text', `one of ${contentKinds.join(', ')} is needed`)
  else if (second) fail(second, `does not go with ${kind}`)
  else {
    for (const flag of ['quoted', 'mentions', 'forwarded', 'ephemeralSeconds', 'withheld'] as const) {
      const fits = standsAlone.has(kind) || (flag === 'mentions' && kind === 'edit')
      if (draft[flag] !== undefined && !fits) fail(flag, `does not go with ${kind}`)
    }
    if (draft.viewOnce && !viewOnceKinds.has(draft.media?.kind ?? '')) {
      fail('viewOnce', 'goes with images, videos and audio only')
    }
  }
}

/** The content of a message alone. */
export const contentSchema = z.strictObject(contentFields).superRefine(checkContent)

/** A file as a caller hands it in, checked. */
export type MediaDraft = z.output<typeof mediaSchema>

/** What a message says, checked. */
export type ContentDraft = z.output<typeof contentSchema>
