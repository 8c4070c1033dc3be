import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { unknownThing, validationFailed } from '../../../platform/errors.ts'
import { unseal } from '../../../platform/secrets.ts'
import { toTimestamp } from '../../../wire.ts'
import { requireOpenHistory } from '../../account/settings/chat-history.service.ts'
import { displayName } from '../../conversations/contacts/contacts.service.ts'
import { fullTextPurpose } from '../../conversations/messages/purposes.service.ts'
import { foldKeyword } from './fold-keyword.ts'
import { compileKeywords, type KeywordMatcher } from './keywords.ts'
import type { testKeywordsAnswer, testKeywordsBody } from './monitored-groups.schema.ts'
import { findGroup, type HeardRow, listHeard } from './monitored-groups.store.ts'

const dayMs = 86_400_000
/** So many messages are read at once, and so many at most. */
const step = 200
const mostMessages = 2_000
/** Texts may be long where tenants keep whole ones: the walk ends behind so many characters. */
const mostCharacters = 2_000_000

type Answer = z.infer<typeof testKeywordsAnswer>
type Hit = Answer['hits'][number]

/**
 * Which character of a text a place in its folded form comes from: the first one with which the folded text is longer
 * than that. Words are looked through one by one, since folding does not reach beyond them.
 */
function placeOf(text: string, foldedPlace: number): number {
  let folded = 0
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    const length = foldKeyword(word).length
    if (length === 0) continue
    if (foldedPlace >= folded + length) {
      folded += length + 1
      continue
    }
    let [low, high] = [0, word.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (foldKeyword(word.slice(0, middle + 1)).length > foldedPlace - folded) high = middle
      else low = middle + 1
    }
    return [...text.slice(0, index + low)].length
  }
  return 0
}

function hitsOf(row: HeardRow, text: string, matcher: KeywordMatcher): Hit[] {
  return matcher.findAll(text).map(({ keyword, start }) => ({
    message_id: row.id,
    sender_phone: phoneOf(row.phone),
    sender_name: displayName(row),
    content_preview: row.preview,
    wa_timestamp: toTimestamp(new Date(row.waTimestamp)),
    keyword,
    position: placeOf(text, start),
  }))
}

function textOf(ctx: Context, row: HeardRow): string {
  if (row.whole === null) return row.preview ?? ''
  return unseal(ctx.config, fullTextPurpose(row.id), row.whole).toString()
}

/** What keywords would have found among the messages of a group that are stored: nothing is changed. */
export async function testKeywords(
  ctx: Context,
  groupId: string,
  input: z.output<typeof testKeywordsBody>,
): Promise<Answer> {
  await requireOpenHistory(ctx)
  const tenantId = tenantOf(ctx)
  const group = await findGroup(ctx.db.sql, tenantId, groupId)
  if (group === undefined) throw unknownThing('Monitored group')
  const keywords = [...new Set(input.keywords ?? group.monitorKeywords)]
  if (keywords.length === 0) {
    const message = 'needed where the group has none'
    throw validationFailed.create({
      message: `keywords: ${message}`,
      details: { errors: [{ field: 'keywords', message }] },
    })
  }
  const match = input.keyword_match ?? group.keywordMatch
  const matcher = compileKeywords(keywords, match)
  const since = new Date(ctx.clock.nowMs() - input.days * dayMs)
  const counts = new Map(keywords.map((keyword) => [keyword, 0]))
  const answer: Answer = {
    group_id: groupId,
    keyword_match: match,
    days: input.days,
    messages_checked: 0,
    messages_matched: 0,
    is_complete: true,
    keywords: [],
    hits: [],
  }
  let characters = 0
  let after: HeardRow | undefined
  for (;;) {
    const rows: HeardRow[] = await listHeard(ctx.db.sql, tenantId, groupId, { since, after, limit: step })
    for (const row of rows) {
      const text = textOf(ctx, row)
      characters += text.length
      const hits = hitsOf(row, text, matcher)
      answer.messages_checked += 1
      if (hits.length > 0) answer.messages_matched += 1
      for (const { keyword } of hits) counts.set(keyword, (counts.get(keyword) ?? 0) + 1)
      answer.hits.push(...hits.slice(0, Math.max(0, input.limit - answer.hits.length)))
    }
    after = rows.at(-1)
    if (rows.length < step) break
    if (answer.messages_checked >= mostMessages || characters >= mostCharacters) {
      answer.is_complete = false
      break
    }
  }
  answer.keywords = [...counts].map(([keyword, messages]) => ({ keyword, messages }))
  return answer
}
