import type { Message } from '../shapes.ts'

/** Kinds of messages that are drawn in a way of their own. */
const icons = {
  image: 'image',
  video: 'play',
  gif: 'image',
  sticker: 'smile',
  voice: 'mic',
  audio: 'mic',
  document: 'doc',
  location: 'globe',
  vcard: 'contacts',
  poll: 'poll',
} as const

/** A kind that has a sign and a word. */
export type KnownKind = keyof typeof icons

/** Whether a kind is drawn in a way of its own; all others show their text, and without one say that there is none. */
export const isKnownKind = (kind: string): kind is KnownKind => Object.hasOwn(icons, kind)

/** The sign of a kind, for one line. */
export const iconOf = (kind: string) => (isKnownKind(kind) ? icons[kind] : undefined)

/** The text of a message, as much as is kept. */
export function textOf({ text, content_preview }: Pick<Message, 'text' | 'content_preview'>): string {
  return text ?? content_preview ?? ''
}
