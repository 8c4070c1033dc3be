import { ErrorNote, Note } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Tag, Time } from '../../kit/text-parts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { type User, usePeople } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

/** Who works here, and what each may do. */
export function PeoplePage() {
  const t = useText()
  return (
    <SectionPage section="people" calls={[{ method: 'get', path: '/api/v2/users' }]}>
      <div className="settings wide">
        <People />
        <Note shape="lock" title={t('people.fixed')}>
          {t('people.fixed_text')}
        </Note>
      </div>
    </SectionPage>
  )
}

function People() {
  const t = useText()
  const query = usePeople()
  const { userId } = usePermissions()
  const rows = query.data?.pages.flatMap((page) => page.users)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={4} />
    ) : (
      <ErrorNote error={query.error} title={t('people.failed')} onRetry={() => void query.refetch()} />
    )
  const columns: Column<User>[] = [
    {
      id: 'name',
      head: t('column.name'),
      cell: (user) => (
        <>
          <bdi>{user.full_name}</bdi> {user.id === userId ? <Tag>{t('people.you')}</Tag> : null}
          <small className="ltr">{user.email}</small>
        </>
      ),
    },
    { id: 'role', head: t('column.role'), cell: ({ role }) => t(`role.${role}`) },
    {
      id: 'may',
      head: t('column.may'),
      hides: 'lo2',
      cell: ({ role }) => <span className="soft">{t(`role.${role}_text`)}</span>,
    },
    { id: 'since', head: t('column.since'), hides: 'lo', cell: ({ created_at: at }) => <Time at={at} /> },
  ]
  return (
    <section className="card">
      <Table
        label={t('section.people')}
        rows={rows}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={({ full_name: name }) => name}
        onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
      />
    </section>
  )
}
