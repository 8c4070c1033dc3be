import { z } from 'zod'
import { chatAnswer, type SameFields, timeAnswer } from '../answer-fields.ts'
import { messageKinds, type ReceivedMessage } from '../records.ts'

const media = z.object({
  mimetype: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  fileName: z.string().optional(),
  seconds: z.number().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  caption: z.string().optional(),
})

const location = z.object({
  latitude: z.number(),
  longitude: z.number(),
  name: z.string().optional(),
  address: z.string().optional(),
  live: z.literal(true).optional(),
})

const poll = z.object({
  title: z.string(),
  options: z.array(z.string()),
  multiple: z.boolean(),
  votes: z.record(z.string(), z.array(chatAnswer)),
})

/** A message on the screen of a phone. */
export const messageAnswer = z.object({
  id: z.string(),
  from: chatAnswer,
  chat: chatAnswer,
  kind: z.enum(messageKinds),
  text: z.string().optional(),
  quoted: z.object({ id: z.string(), from: chatAnswer.optional(), text: z.string().optional() }).optional(),
  mentions: z.array(chatAnswer).optional(),
  target: z.string().optional(),
  media: media.optional(),
  location: location.optional(),
  contacts: z
    .array(z.object({ name: z.string(), phone: z.string().optional(), vcard: z.string() }))
    .optional(),
  poll: poll.optional(),
  vote: z.array(z.string()).optional(),
  reactions: z.record(z.string(), z.string()).optional(),
  editedText: z.string().optional(),
  isRevoked: z.literal(true).optional(),
  viewOnce: z.literal(true).optional(),
  forwarded: z.literal(true).optional(),
  ephemeralSeconds: z.number().optional(),
  fromMe: z.literal(true).optional(),
  receivedAt: timeAnswer,
})

/** Fails to compile when a field of what is answered is missing above. */
const complete: [SameFields<ReceivedMessage, z.output<typeof messageAnswer>>] = [true]
void complete
