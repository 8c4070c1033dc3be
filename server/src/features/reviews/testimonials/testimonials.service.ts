import { Readable } from 'node:stream'
import { type Context, tenantOf } from '../../../context.ts'
import { Answer } from '../../../operation.ts'
import { toTimestamp } from '../../../wire.ts'
import { countReviews, type ReviewFilter, type ReviewRow, walkReviews } from '../reviews/reviews.service.ts'
import { pageEnd, pageHead, renderReview, reviewPagePolicy } from './review-page.ts'
import { shownName, withoutContactData } from './shown-text.ts'
import type { ExportInput, Testimonial } from './testimonials.schema.ts'

const everything = { most: Number.POSITIVE_INFINITY, step: 200 }

function toTestimonial(row: ReviewRow): Testimonial {
  return {
    id: row.id,
    contact_name: shownName(row.contactName, 'full'),
    message_text: withoutContactData(row.messageText),
    sentiment_score: row.sentimentScore,
    detected_language: row.detectedLanguage,
    collected_at: toTimestamp(row.collectedAt),
  }
}

async function* jsonOf(ctx: Context, filter: ReviewFilter): AsyncGenerator<string> {
  let total = 0
  yield '{"testimonials":['
  for await (const rows of walkReviews(ctx, filter, everything)) {
    yield (total === 0 ? '' : ',') + rows.map((row) => JSON.stringify(toTestimonial(row))).join(',')
    total += rows.length
  }
  yield `],"total":${total}}\n`
}

async function* htmlOf(ctx: Context, filter: ReviewFilter): AsyncGenerator<string> {
  yield pageHead
  for await (const rows of walkReviews(ctx, filter, everything))
    yield rows
      .map(toTestimonial)
      .map((review) =>
        renderReview({
          name: review.contact_name,
          text: review.message_text,
          language: review.detected_language,
          date: review.collected_at.slice(0, 10),
        }),
      )
      .join('')
  yield pageEnd
}

/** Reviews to be shown, written while they are read; hidden ones never. */
export async function exportTestimonials(ctx: Context, input: ExportInput): Promise<Answer> {
  const { format, collector_id: collectorId, approved_only: approvedOnly } = input
  const filter: ReviewFilter = {
    tenantId: tenantOf(ctx),
    isHidden: false,
    ...(collectorId === undefined ? {} : { collectorId }),
    ...(approvedOnly ? { isApproved: true } : {}),
  }
  const headers = { 'x-total-count': String(await countReviews(ctx, filter)) }
  if (format === 'json') {
    const body = Readable.from(jsonOf(ctx, filter))
    return new Answer(200, { contentType: 'application/json; charset=utf-8', body }, headers)
  }
  return new Answer(
    200,
    { contentType: 'text/html; charset=utf-8', body: Readable.from(htmlOf(ctx, filter)) },
    {
      ...headers,
      'content-disposition': 'attachment; filename="testimonials.html"',
      'content-security-policy': `${reviewPagePolicy}; sandbox`,
    },
  )
}
