/** What a file is to be sent as; a portrait is the picture of a channel, and speech is for machines that listen. */
export type FilePurpose =
  | 'image'
  | 'video'
  | 'gif'
  | 'audio'
  | 'voice'
  | 'document'
  | 'sticker'
  | 'portrait'
  | 'speech'

/** One file to look at and, where needed, to convert. */
export interface MediaTask {
  purpose: FilePurpose
  path: string
  /** Where a converted file is to be written. */
  outputPath: string
  /** Bytes a converted file may have. */
  maxBytes: number
  /** What the caller says it is; counts for documents. */
  said?: string | undefined
  /** Its name, for documents: what the caller says by its extension. */
  name?: string | undefined
  /** What came with the file, as a server's or a form's type; counts for documents of which nobody says more. */
  declaredType?: string | undefined
}

/** What a file turned out to be. */
export interface MediaFacts {
  /** The file as given, or the converted one. */
  path: string
  mimetype: string
  seconds?: number
  width?: number
  height?: number
  /** A small JPEG, base64. */
  thumbnail?: string
  /** 64 values of 0 to 100. */
  waveform?: number[]
  isAnimated?: boolean
}

/** Why a file cannot be sent, as a sentence for callers. */
export interface MediaRefusal {
  refused: 'wrong_type' | 'unreadable' | 'too_large' | 'needs_ffmpeg'
  message: string
}

/** How a task ended. */
export type MediaResult = MediaFacts | MediaRefusal

/** Ends the work on a file with a sentence for callers. */
export class RefusedFile extends Error {
  readonly refusal: MediaRefusal
  /** Whether the program that says so may be wrong about the file: another one may be able to read it. */
  readonly isDamage: boolean

  constructor(refused: MediaRefusal['refused'], message: string, { isDamage = false } = {}) {
    super(message)
    this.refusal = { refused, message }
    this.isDamage = isDamage
  }
}
