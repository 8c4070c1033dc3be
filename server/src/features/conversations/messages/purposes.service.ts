/** Binds an encrypted protobuf to its message. */
export const protoPurpose = (messageId: string): string => `messages.proto ${messageId}`

/** Binds an encrypted text to its message. */
export const fullTextPurpose = (messageId: string): string => `messages.content_full ${messageId}`

/** Binds encrypted details (file, place, cards, poll) to their message. */
export const detailsPurpose = (messageId: string): string => `messages.details ${messageId}`
