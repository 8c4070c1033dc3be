import type { Context } from '../../../context.ts'
import type { Feature } from '../../../feature.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { contactsRenamed } from '../contacts/contacts.schema.ts'
import { clearChatCache } from './chats.service.ts'

const renames = defineProcessState(
  (ctx: Context) => ctx.events.subscribe({ names: [contactsRenamed.name] }),
  (subscription) => subscription.close(),
)

/** The names of people are cached with their chats: a new name, given in whichever process, is read again. */
async function followNames(ctx: Context): Promise<void> {
  const follow = async (): Promise<void> => {
    for await (const _ of renames.of(ctx)) clearChatCache(ctx)
  }
  void follow()
}

/** Conversations; others list them and write in them. */
export const chatsFeature: Feature = {
  name: 'chats',
  start: followNames,
}
