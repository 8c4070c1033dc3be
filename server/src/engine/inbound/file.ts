import type { InboundFile } from '../content.ts'
import { cleanCount, cleanFileName, cleanMimetype } from './clean.ts'

/** Fields that the messages with a file have, each of them some. */
interface FilePart {
  mimetype?: string | null
  fileLength?: unknown
  fileName?: string | null
  seconds?: number | null
  width?: number | null
  height?: number | null
  isAnimated?: boolean | null
}

const maxSeconds = 31_536_000
const maxPixels = 1_000_000

/** The file of a message as its sender describes it. */
export function parseFile(part: FilePart): InboundFile {
  return {
    mimetype: cleanMimetype(part.mimetype),
    bytes: cleanCount(part.fileLength),
    fileName: cleanFileName(part.fileName),
    seconds: cleanCount(part.seconds, maxSeconds),
    width: cleanCount(part.width, maxPixels),
    height: cleanCount(part.height, maxPixels),
    isAnimated: part.isAnimated === true,
  }
}
