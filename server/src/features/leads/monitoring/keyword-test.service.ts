import { setImmediate as turn } from 'node:timers/promises'
import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { unknownThing, validationFailed } from '../../../platform/errors.ts'
import { findSourcePlaces } from '../../../platform/keywords/fold-keyword.ts'
import { compileKeywords, type FoundKeyword } from '../../../platform/keywords/keywords.ts'
import { unseal } from '../../../platform/secrets.ts'
import { toTimestamp } from '../../../wire.ts'
import { requireOpenHistory } from '../../account/settings/chat-history.service.ts'
import { displayName } from '../../conversations/contacts/contacts.service.ts'
import { fullTextPurpose } from '../../conversations/messages/purposes.service.ts'
import type { testKeywordsAnswer, testKeywordsBody } from './monitored-groups.schema.ts'
import { findGroup, type HeardRow, listHeard } from './monitored-groups.store.ts'

const dayMs = 86_400_000
/** So many messages are read at once, and so many at most. */
const step = 200
const mostMessages = 2_000
/** Texts may be long where tenants keep whole ones: the walk ends behind so many characters. */
const mostCharacters = 2_000_000
/** Behind so many characters everybody else has a turn. */
const turnCharacters = 50_000

type Answer = z.infer<typeof testKeywordsAnswer>
type Hit = Answer['hits'][number]

function hitsOf(row: HeardRow, text: string, found: readonly FoundKeyword[]): Hit[] {
  const places = findSourcePlaces(
    text,
    found.map(({ start }) => start),
  )
  return found.map(({ keyword }, index) => ({
    message_id: row.id,
    sender_phone: phoneOf(row.phone),
    sender_name: displayName(row),
    content_preview: row.preview,
    wa_timestamp: toTimestamp(new Date(row.waTimestamp)),
    keyword,
    position: places[index] ?? 0,
  }))
}

function textOf(ctx: Context, row: HeardRow): string {
  if (row.whole === null) return row.preview ?? ''
  return unseal(ctx.config, fullTextPurpose(row.id), row.whole).toString()
}

/** What was said in a group since a moment, newest first. */
async function* walkHeard(ctx: Context, groupId: string, since: Date): AsyncGenerator<HeardRow> {
  let after: HeardRow | undefined
  do {
    const page = { since, after, limit: step }
    const rows: HeardRow[] = await listHeard(ctx.db.sql, tenantOf(ctx), groupId, page)
    yield* rows
    after = rows.length < step ? undefined : rows.at(-1)
  } while (after !== undefined)
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
  let charactersOfTurn = 0
  for await (const row of walkHeard(ctx, groupId, since)) {
    if (answer.messages_checked >= mostMessages || characters >= mostCharacters) {
      answer.is_complete = false
      break
    }
    const text = textOf(ctx, row)
    characters += text.length
    charactersOfTurn += text.length
    const found = matcher.findAll(text)
    answer.messages_checked += 1
    if (found.length > 0) answer.messages_matched += 1
    for (const { keyword } of found) counts.set(keyword, (counts.get(keyword) ?? 0) + 1)
    answer.hits.push(...hitsOf(row, text, found.slice(0, input.limit - answer.hits.length)))
    if (charactersOfTurn < turnCharacters) continue
    charactersOfTurn = 0
    await turn()
  }
  answer.keywords = [...counts].map(([keyword, messages]) => ({ keyword, messages }))
  return answer
}
