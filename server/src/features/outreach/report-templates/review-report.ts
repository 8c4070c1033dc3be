import { figure, partsOf, type ReportParts, table } from './report-parts.ts'

/**
 * Sentiment and approvals of reviews. There is no collection of reviews in this version, so the report has the places of
 * its figures and says that they are empty.
 */
export function reportReviews(): ReportParts {
  return partsOf({
    has_data: false,
    figures: [
      figure('reviews', 'Reviews collected', 0),
      figure('testimonials_approved', 'Testimonials approved', 0),
      figure('waiting', 'Waiting for approval', 0),
    ],
    tables: [
      table<{ sentiment: string; reviews: number }>(
        'sentiment',
        'Sentiment',
        { sentiment: ['Sentiment', 'text'], reviews: ['Reviews', 'count'] },
        [],
      ),
    ],
    notes: ['No data: reviews are not collected yet.'],
  })
}
