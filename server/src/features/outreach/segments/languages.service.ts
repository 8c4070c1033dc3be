import type { Context } from '../../../context.ts'
import { detectLanguage, loadLanguageDetector } from '../../../platform/text-language.ts'
import { listUnread, saveLanguages } from './languages.store.ts'

const step = 200

/**
 * Finds out what people of a tenant write in, as far as they wrote something since the last time. Answers whether
 * everybody was looked at: at most so many are, when a number is given.
 */
export async function readLanguages(
  ctx: Context,
  tenantId: string,
  { most = Number.POSITIVE_INFINITY, signal }: { most?: number; signal?: AbortSignal } = {},
): Promise<boolean> {
  const detector = await loadLanguageDetector()
  let after = ''
  for (let read = 0; read < most && signal?.aborted !== true; ) {
    const people = await listUnread(ctx.db.sql, tenantId, after, step)
    if (people.length > 0)
      await saveLanguages(
        ctx.db.sql,
        tenantId,
        people.map(({ contactId, texts, writtenUntil }) => ({
          contact_id: contactId,
          language: detectLanguage(detector, texts),
          read_until: writtenUntil,
        })),
      )
    if (people.length < step) return true
    read += people.length
    after = people.at(-1)?.phone ?? after
  }
  return false
}
