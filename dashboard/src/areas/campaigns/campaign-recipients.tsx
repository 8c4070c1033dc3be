import { useNavigate, useSearch } from '@tanstack/react-router'
import { groupPhone, useFormat } from '../../i18n/format.ts'
import { IconButton } from '../../kit/button.tsx'
import { FilterChip, Segments } from '../../kit/filters.tsx'
import { useForm } from '../../kit/form.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { StateTag } from '../../kit/states.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Avatar, Phone, Time } from '../../kit/text-parts.tsx'
import { letterOf } from './campaign-texts.tsx'
import { type Stage, stageCounts } from './parts.ts'
import { exportRecipients, type Job, type Progress, type Recipient, useRecipients } from './queries.ts'
import { useReasonWords } from './titles.ts'
import { useText } from './words.ts'

const shownStages: readonly Stage[] = [
  'replied',
  'read',
  'delivered',
  'sent',
  'failed',
  'left_out',
  'waiting',
]

/** Everybody it writes to, by how far it came with them. Each number is what the list below it has. */
export function RecipientsCard({ job, progress }: { job: Job; progress: Progress }) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const words = useReasonWords()
  const { stage, reason } = useSearch({ from: '/app/campaigns/$campaignId' })
  const saving = useForm()
  const counts = stageCounts(progress)
  const show = (next: Stage | 'all') =>
    void navigate({
      to: '/campaigns/$campaignId',
      params: { campaignId: job.id },
      search: next === 'all' ? {} : { stage: next },
      resetScroll: false,
    })
  const save = () =>
    void saving.submit(async () =>
      saveFile(await exportRecipients(job.id, { stage, reason }), 'recipients.csv'),
    )
  return (
    <section className="card recipients" id="recipients" aria-labelledby="h-rec">
      <header>
        <h2 id="h-rec">{t('recipients')}</h2>
        {reason === undefined ? null : (
          <FilterChip isOn onClick={() => show(stage ?? 'all')}>
            {words(reason)}
          </FilterChip>
        )}
        <span className="sp" />
        <Segments
          label={t('recipients.filter')}
          value={stage ?? 'all'}
          onChange={show}
          options={[
            { value: 'all', label: t('filter.all'), count: format.number(progress.total) },
            ...shownStages
              .filter((value) => counts[value] > 0 || value === stage)
              .map((value) => ({ value, label: t(`stage.${value}`), count: format.number(counts[value]) })),
          ]}
        />
        <IconButton icon="download" label={t('recipients.export')} busy={saving.isBusy} onClick={save} />
      </header>
      {saving.error === undefined ? null : <ErrorNote error={saving.error} onRetry={save} />}
      <Rows job={job} stage={stage} reason={reason} />
    </section>
  )
}

function Rows({ job, stage, reason }: { job: Job; stage: Stage | undefined; reason: string | undefined }) {
  const t = useText()
  const query = useRecipients(job.id, { stage, reason })
  const columns = useColumns(job)
  const rows = query.data?.pages.flatMap((page) => page.recipients)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={8} avatar />
    ) : (
      <ErrorNote error={query.error} title={t('recipients.failed')} onRetry={() => void query.refetch()} />
    )
  if (rows.length === 0) return <p className="pad mute small">{t('recipients.none')}</p>
  return (
    <Table
      label={t('recipients')}
      rows={rows}
      columns={columns}
      idOf={(recipient) => recipient.id}
      nameOf={(recipient) => recipient.name ?? groupPhone(recipient.phone)}
      onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
      rowHeight={52}
    />
  )
}

const newestOf = ({ replied_at, read_at, delivered_at, sent_at }: Recipient) =>
  replied_at ?? read_at ?? delivered_at ?? sent_at

function useColumns(job: Job): Column<Recipient>[] {
  const t = useText()
  return [
    { id: 'person', head: t('column.person'), cell: (recipient) => <Person recipient={recipient} /> },
    {
      id: 'state',
      head: t('column.state'),
      cell: ({ status }) => <StateTag kind="recipient" value={status} />,
    },
    {
      id: 'when',
      head: t('column.when'),
      cell: (recipient) => {
        const at = newestOf(recipient)
        return at === null ? '–' : <Time at={at} />
      },
    },
    ...(job.variants === null
      ? []
      : [
          {
            id: 'variant',
            head: t('column.variant'),
            hides: 'lo' as const,
            cell: ({ variant, sent_at }: Recipient) =>
              variant === null || sent_at === null ? '–' : letterOf(variant),
          },
        ]),
    { id: 'what', head: t('column.what'), hides: 'lo', cell: (recipient) => <What recipient={recipient} /> },
  ]
}

function Person({ recipient: { name, phone } }: { recipient: Recipient }) {
  return (
    <span className="person">
      <Avatar name={name ?? phone} size={28} />
      <span>
        {name === null ? <Phone number={phone} /> : <bdi>{name}</bdi>}
        {name === null ? null : (
          <small>
            <Phone number={phone} />
          </small>
        )}
      </span>
    </span>
  )
}

function What({ recipient: { status, error, skip_reason: reason } }: { recipient: Recipient }) {
  const t = useText()
  const words = useReasonWords()
  if (status === 'failed') return <span className="soft">{words(error ?? 'unknown')}</span>
  if (status === 'skipped') return <span className="soft">{words(reason ?? 'unknown')}</span>
  if (status === 'opted_out')
    return <span className="soft">{t(reason === null ? 'what.opted_out_after' : 'what.opted_out')}</span>
  if (status === 'sent') return <span className="soft">{t('what.sent')}</span>
  if (status === 'ignored') return <span className="soft">{t('what.ignored')}</span>
  return null
}
