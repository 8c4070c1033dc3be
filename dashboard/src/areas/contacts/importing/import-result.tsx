import { useNavigate } from '@tanstack/react-router'
import { useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { CopyButton } from '../../../kit/copy-button.tsx'
import { Figure } from '../../../kit/figures.tsx'
import { type Column, Table } from '../../../kit/table.tsx'
import type { ImportReport } from '../queries.ts'
import { useText } from '../words.ts'

type Refused = ImportReport['refused'][number]

interface ImportResultProps {
  report: ImportReport
  listId: string
  onAgain(): void
}

/** What was truly stored, what was there already, and each line that was refused with its reason. */
export function ImportResult({ report, listId, onAgain }: ImportResultProps) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const columns = useColumns()
  const { added, duplicates, refused_count: count, refused, member_count: members } = report
  const lines = refused.map(({ line, value, reason }) => [line, value, reason].join('\t')).join('\n')
  return (
    <>
      <h2 role="status">{t('result.stored', { count: added, number: format.number(added) })}</h2>
      <dl className="figs">
        <Figure label={t('result.added')} value={format.number(added)} />
        <Figure label={t('result.duplicates')} value={format.number(duplicates)} />
        <Figure label={t('result.refused')} value={format.number(count)} />
        <Figure label={t('result.members')} value={format.number(members)} />
      </dl>
      <div className="tools">
        <Button
          look="primary"
          onClick={() => void navigate({ to: '/contacts/lists/$listId', params: { listId } })}
        >
          {t('open_list')}
        </Button>
        <Button onClick={onAgain}>{t('result.again')}</Button>
        {refused.length === 0 ? null : <CopyButton text={lines}>{t('result.copy')}</CopyButton>}
      </div>
      {refused.length === 0 ? null : (
        <section className="card refused-lines" aria-label={t('result.refused')}>
          <Table<Refused>
            label={t('result.refused')}
            rows={refused}
            columns={columns}
            idOf={({ line }) => String(line)}
            nameOf={({ line }) => t('result.line', { line })}
          />
        </section>
      )}
      {count > refused.length ? <p className="rest">{t('result.first', { count: refused.length })}</p> : null}
    </>
  )
}

function useColumns(): Column<Refused>[] {
  const t = useText()
  const format = useFormat()
  return [
    { id: 'line', head: t('column.line'), width: 80, cell: ({ line }) => format.number(line) },
    { id: 'value', head: t('column.value'), cell: ({ value }) => <bdi>{value}</bdi> },
    { id: 'reason', head: t('column.reason'), cell: ({ reason }) => reason },
  ]
}
