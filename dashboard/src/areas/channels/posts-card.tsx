import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Segments } from '../../kit/filters.tsx'
import { Icon } from '../../kit/icon.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { StateTag } from '../../kit/states.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { type Post, postStatuses, usePosts } from './queries.ts'
import { useText } from './words.ts'

/** What was posted, newest first, with what became of it. */
export function PostsCard({ channelId }: { channelId: string }) {
  const t = useText()
  const navigate = useNavigate()
  const { status } = useSearch({ from: '/app/channels/$channelId' })
  const query = usePosts(channelId, status)
  const rows = query.data?.pages.flatMap((page) => page.posts)
  return (
    <section className="card posts" aria-labelledby="h-posts">
      <header>
        <h2 id="h-posts">{t('posts')}</h2>
        <span className="sp" />
        <Segments
          label={t('column.state')}
          value={status ?? 'all'}
          onChange={(value) =>
            void navigate({
              to: '/channels/$channelId',
              params: { channelId },
              search: value === 'all' ? {} : { status: value },
            })
          }
          options={[
            { value: 'all', label: t('filter.all') },
            ...postStatuses.map((value) => ({ value, label: t(`posts.${value}`) })),
          ]}
        />
      </header>
      {rows === undefined ? (
        query.error === null ? (
          <SkeletonRows rows={4} />
        ) : (
          <ErrorNote
            error={query.error}
            title={t('posts.failed_title')}
            onRetry={() => void query.refetch()}
          />
        )
      ) : rows.length === 0 ? (
        <p className="pad mute small">{t('posts.none')}</p>
      ) : (
        <Table<Post>
          label={t('posts')}
          rows={rows}
          columns={columnsOf(t)}
          idOf={(post) => post.id}
          nameOf={(post) => post.text ?? post.id}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
          rowHeight={56}
        />
      )}
    </section>
  )
}

function columnsOf(t: ReturnType<typeof useText>): Column<Post>[] {
  return [
    {
      id: 'text',
      head: t('column.post'),
      cell: (post) => (
        <>
          <span className="post-text clamp2" dir="auto">
            {post.media_type === null ? null : <Icon name="image" size="s" />}
            {post.text ?? t(`media.${post.media_type ?? 'image'}`)}
          </span>
          {post.error === null ? null : (
            <small className="bad">{t('post.error', { code: post.error })}</small>
          )}
          {post.schedule_id === null ? null : (
            <small>
              <Link className="link" to="/schedules/$scheduleId" params={{ scheduleId: post.schedule_id }}>
                {t('post.planned')}
              </Link>
            </small>
          )}
        </>
      ),
    },
    {
      id: 'state',
      head: t('column.state'),
      width: 130,
      cell: ({ status }) => (
        <StateTag kind="message" value={status}>
          {t(`posts.${status}`)}
        </StateTag>
      ),
    },
    {
      id: 'when',
      head: t('column.when'),
      isNumber: true,
      width: 110,
      cell: (post) => <Time at={post.sent_at ?? post.created_at} />,
    },
  ]
}
