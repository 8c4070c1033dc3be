import type { proto } from 'baileys'
import type { MediaKind, OutboundContent } from '../content.ts'

/** Where an uploaded file is and how it is opened. */
export interface UploadedFile {
  url: string
  directPath: string
  fileSha256: Uint8Array
  fileLength: number
  /** How it is encrypted; absent in channels, whose files are not. */
  encryption?: { mediaKey: Uint8Array; fileEncSha256: Uint8Array; timestampSeconds: number }
  /** What a channel post names the file by. */
  handle?: string
}

/** What a converter may need beside the content, as protocol values. */
export interface OutboundParts {
  /** Quote and mentions; undefined when there are none. */
  context: proto.IContextInfo | undefined
  /** The message that a reaction, an edit or a revoke is about. */
  target?: proto.IMessageKey
  /** That message's content, where it is known. */
  original?: proto.IMessage | undefined
  upload?: UploadedFile
  /** Key of what others add to the message, such as votes: the same for each try of one message. */
  secret: Uint8Array
  nowMs: number
}

/** Content of one kind. */
export type ContentOf<K extends OutboundContent['kind']> = Extract<OutboundContent, { kind: K }>

/** Content with a file. */
export type MediaContent = ContentOf<MediaKind>

/** A converter was called without what its kind cannot do without. */
export class MissingPartError extends Error {
  constructor(kind: string, part: string) {
    super(`a ${kind} needs its ${part}`)
    this.name = 'MissingPartError'
  }
}

/** The content cannot be sent as asked for, now or later; `code` says why. */
export class NotSendableError extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.name = 'NotSendableError'
    this.code = code
  }
}
