/** What a file is to be sent as. */
export type FilePurpose = 'image' | 'video' | 'gif' | 'audio' | 'voice' | 'document' | 'sticker'

/** One file to look at and, where needed, to convert. */
export interface MediaTask {
  purpose: FilePurpose
  path: string
  /** Where a converted file is to be written. */
  outputPath: string
  /** Bytes a converted file may have. */
  maxBytes: number
  /** What the caller says it is; only believed where the bytes do not tell. */
  declaredType: string | undefined
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

  constructor(refused: MediaRefusal['refused'], message: string) {
    super(message)
    this.refusal = { refused, message }
  }
}
