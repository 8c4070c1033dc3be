import type { components } from '../../api/schema.d.ts'

type Schemas = components['schemas']

/** A conversation as lists show it. */
export type Chat = Schemas['InboxChat']
/** One message of a thread. */
export type Message = Schemas['Message']
/** A number that messages go through. */
export type Session = Schemas['Session']
/** The operation that a file is sent by. */
export type FileKind = 'image' | 'video' | 'audio' | 'document' | 'voice' | 'sticker' | 'gif'
