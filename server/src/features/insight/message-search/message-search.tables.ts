import { customType, pgTable, smallint, uuid } from 'drizzle-orm/pg-core'

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** What messages are found by; a row for every message with a text, written behind the messages. */
export const messageWords = pgTable('message_words', {
  messageId: uuid('message_id').primaryKey(),
  words: tsvector().notNull(),
})

/** Up to which message all were read. */
export const messageWordsState = pgTable('message_words_state', {
  id: smallint().primaryKey(),
  readUntil: uuid('read_until').notNull(),
})
