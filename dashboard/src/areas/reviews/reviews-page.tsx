import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Figure } from '../../kit/figures.tsx'
import { More, Segments } from '../../kit/filters.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { PageBody } from '../../shell/page.tsx'
import { ExportMenu } from './export-menu.tsx'
import { type ReviewState, reviewStates, useReviewStats, useReviews } from './queries.ts'
import { ReviewCard } from './review-card.tsx'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

/** What people say well of the tenant, to approve and to hide. */
export function ReviewsPage() {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate({ from: '/reviews' })
  const { state = 'pending' } = useSearch({ from: '/app/reviews' })
  const { data: stats } = useReviewStats()
  return (
    <SectionPage
      section="reviews"
      actions={<ExportMenu />}
      calls={[
        { method: 'get', path: '/api/v2/reviews' },
        { method: 'get', path: '/api/v2/reviews/stats' },
      ]}
    >
      <div className="toolbar">
        <Segments
          label={t('which')}
          value={state}
          onChange={(next) => void navigate({ search: next === 'pending' ? {} : { state: next } })}
          options={reviewStates.map((value) => ({
            value,
            label: t(`filter.${value}`),
            ...(stats === undefined ? {} : { count: format.number(stats[value]) }),
          }))}
        />
      </div>
      <PageBody label={t('section.reviews')}>
        {stats === undefined || stats.total === 0 ? null : (
          <dl className="figs">
            <Figure label={t('figure.total')} value={format.number(stats.total)} />
            <Figure
              label={t('figure.average')}
              value={format.percent(Math.round(stats.avg_score * 100) / 100)}
            />
          </dl>
        )}
        <Reviews key={state} state={state} isEmpty={stats?.total === 0} />
      </PageBody>
    </SectionPage>
  )
}

function Reviews({ state, isEmpty }: { state: ReviewState; isEmpty: boolean }) {
  const t = useText()
  const query = useReviews(state)
  const [failed, setFailed] = useState<unknown>()
  const reviews = query.data?.pages.flatMap((page) => page.reviews)
  if (reviews === undefined)
    return query.error === null ? (
      <SkeletonRows rows={6} />
    ) : (
      <ErrorNote error={query.error} title={t('failed')} onRetry={() => void query.refetch()} />
    )
  if (isEmpty)
    return (
      <Empty
        title={t('empty.title')}
        action={
          <Link className="btn primary" to="/reviews/collectors">
            {t('empty.action')}
          </Link>
        }
      >
        {t('empty.text')}
      </Empty>
    )
  return (
    <>
      {failed === undefined ? null : <ErrorNote error={failed} title={t('not_changed')} />}
      {reviews.length === 0 ? (
        <Empty title={t('none.title')}>{t('none.text')}</Empty>
      ) : (
        <div className="reviews">
          {reviews.map((review) => (
            <ReviewCard key={review.id} review={review} onFailed={setFailed} />
          ))}
        </div>
      )}
      {query.hasNextPage ? (
        <More isBusy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
      ) : null}
    </>
  )
}
