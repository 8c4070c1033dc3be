import { z } from 'zod'
import { chatAnswer, type SameFields, timeAnswer } from '../answer-fields.ts'
import type { AppStateView } from './view.ts'

const listed = z.object({ chat: chatAnswer, id: z.string(), fromMe: z.boolean() })

/** The phone's view of what its devices share. */
export const appStateAnswer = z.object({
  name: z.string().optional(),
  chats: z.record(
    z.string(),
    z.object({
      archived: z.boolean().optional(),
      pinned: z.boolean().optional(),
      mutedUntil: z.string().optional(),
      read: z.boolean().optional(),
      locked: z.boolean().optional(),
      deletedAt: timeAnswer.optional(),
      clearedAt: timeAnswer.optional(),
    }),
  ),
  starred: z.array(listed),
  deletedMessages: z.array(listed),
  contacts: z.record(z.string(), z.object({ name: z.string(), firstName: z.string().optional() })),
  labels: z.record(
    z.string(),
    z.object({ name: z.string(), color: z.number(), chats: z.array(chatAnswer), messages: z.array(listed) }),
  ),
  quickReplies: z.record(z.string(), z.object({ shortcut: z.string(), message: z.string() })),
  other: z.record(z.string(), z.unknown()),
  versions: z.record(z.string(), z.number()),
})

/** Fails to compile when a field of what is answered is missing above. */
const complete: [SameFields<AppStateView, z.output<typeof appStateAnswer>>] = [true]
void complete
