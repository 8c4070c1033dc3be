import type { Context } from '../../../context.ts'
import type { Feature } from '../../../feature.ts'
import type { Database } from '../../../platform/database/database.ts'
import type { Subscription } from '../../../platform/events/events.ts'
import { contactsRenamed } from '../contacts/contacts.schema.ts'
import { forgetPlaces } from './chats.service.ts'

const subscriptions = new WeakMap<Database, Subscription>()

/** The names of people are in memory with their chats: a new name, given in whichever process, is read again. */
async function followNames(ctx: Context): Promise<void> {
  const subscription = ctx.events.subscribe({ names: [contactsRenamed.name] })
  subscriptions.set(ctx.db, subscription)
  const follow = async (): Promise<void> => {
    for await (const _ of subscription) forgetPlaces(ctx.db)
  }
  void follow()
}

/** Conversations; others list them and write in them. */
export const chatsFeature: Feature = {
  name: 'chats',
  start: followNames,
  stop: async (ctx) => subscriptions.get(ctx.db)?.close(),
}
