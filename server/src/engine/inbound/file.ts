import { cleanFileName, nameWithExtension } from '../../platform/files/file-names.ts'
import { plainType, saysSomething, typeOfName } from '../../platform/files/file-types.ts'
import type { InboundFile } from '../content.ts'
import { cleanCount, cleanMimetype } from './clean.ts'

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

/** Type and name; of both, what one lacks the other one tells. */
function describe(part: FilePart): { mimetype: string; fileName: string | null } {
  const given = cleanMimetype(part.mimetype)
  const name = typeof part.fileName === 'string' ? cleanFileName(part.fileName) : undefined
  const mimetype = saysSomething(given) ? given : (typeOfName(name) ?? given)
  return {
    mimetype,
    fileName: name === undefined ? null : nameWithExtension(name, plainType(mimetype) ?? ''),
  }
}

/** The file of a message as its sender describes it. */
export function parseFile(part: FilePart): InboundFile {
  return {
    ...describe(part),
    bytes: cleanCount(part.fileLength),
    seconds: cleanCount(part.seconds, maxSeconds),
    width: cleanCount(part.width, maxPixels),
    height: cleanCount(part.height, maxPixels),
    isAnimated: part.isAnimated === true,
  }
}
