import type { OutboundContent } from '../../engine/content.ts'

/** What the outbox keeps until a message has left. */
export interface StoredContent {
  content: OutboundContent
  /** The whole text, for the events. */
  text: string
}

/** Binds encrypted content to its message. */
export const contentPurpose = (messageId: string): string => `outbox.content ${messageId}`
