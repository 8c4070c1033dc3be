import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanText } from './clean.ts'
import { parseFile } from './file.ts'

/** Any other file. */
export function parseDocument(
  { documentMessage }: proto.IMessage,
  isViewOnce: boolean,
): InboundContent | undefined {
  if (!documentMessage) return undefined
  const { fileName, title } = documentMessage
  return {
    kind: 'document',
    file: parseFile({ ...documentMessage, fileName: fileName || (title ?? null) }),
    caption: cleanText(documentMessage.caption),
    mentions: [],
    isViewOnce,
  }
}
