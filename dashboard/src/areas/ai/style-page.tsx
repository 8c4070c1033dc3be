import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Menu } from '../../kit/menu.tsx'
import { Empty } from '../../kit/notes.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { deleteStyle, type Style, useSessions, useStyles } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { TrainDialog } from './train-dialog.tsx'
import { useText } from './words.ts'

/** How people of the workspace write, as figures, and learning it. */
export function StylePage() {
  const t = useText()
  const { holds } = usePermissions()
  const [isTraining, setTraining] = useState(false)
  return (
    <SectionPage
      section="style"
      isFlush
      calls={[{ method: 'get', path: '/api/v2/ai/style/profiles' }]}
      actions={
        <Button
          look="primary"
          icon="plus"
          refused={holds('ai:manage') ? undefined : t('refused.scope', { scope: 'ai:manage' })}
          onClick={() => setTraining(true)}
        >
          {t('style.train')}
        </Button>
      }
    >
      <Styles />
      {isTraining ? <TrainDialog onClose={() => setTraining(false)} /> : null}
    </SectionPage>
  )
}

function Styles() {
  const t = useText()
  const query = useStyles()
  return (
    <Loaded query={query} title={t('style.failed')}>
      {(styles) =>
        styles.length === 0 ? (
          <Empty title={t('style.empty_title')}>{t('style.empty_text')}</Empty>
        ) : (
          <StyleTable styles={styles} />
        )
      }
    </Loaded>
  )
}

function StyleTable({ styles }: { styles: readonly Style[] }) {
  const t = useText()
  const format = useFormat()
  const { holds } = usePermissions()
  const { data: sessions } = useSessions()
  const [deleting, setDeleting] = useState<Style>()
  const nameOf = (style: Style) =>
    style.name ??
    sessions?.find(({ id }) => id === style.session_id)?.name ??
    style.wa_chat_id ??
    t('style.general')
  const share = (value: number) => format.percent(Math.round(value * 100) / 100)
  const columns: Column<Style>[] = [
    {
      id: 'name',
      head: t('style.name'),
      cell: (style) => (
        <>
          <bdi>{nameOf(style)}</bdi>
          {style.is_usable ? null : <small className="warn">{t('style.unusable')}</small>}
        </>
      ),
    },
    {
      id: 'samples',
      head: t('style.samples'),
      isNumber: true,
      cell: ({ sample_count: count }) => format.number(count),
    },
    {
      id: 'sentence',
      head: t('style.sentence'),
      isNumber: true,
      hides: 'lo2',
      cell: ({ features }) => format.number(Math.round(features.avg_sentence_length * 10) / 10),
    },
    {
      id: 'formality',
      head: t('style.formality'),
      isNumber: true,
      hides: 'lo2',
      cell: ({ features }) => share(features.formality_score),
    },
    {
      id: 'emoji',
      head: t('style.emoji'),
      isNumber: true,
      hides: 'lo2',
      cell: ({ features }) => share(features.emoji_frequency),
    },
    {
      id: 'trained',
      head: t('style.trained'),
      hides: 'lo',
      cell: ({ last_trained_at: at }) => <Time at={at} />,
    },
    {
      id: 'more',
      head: <span className="sr">{t('style.delete')}</span>,
      cell: (style) => (
        <Menu
          trigger={<IconButton icon="dots" label={t('more', { name: nameOf(style) })} />}
          groups={[
            [
              {
                id: 'delete',
                label: t('style.delete'),
                refused: holds('ai:manage') ? undefined : t('refused.scope', { scope: 'ai:manage' }),
                onSelect: () => setDeleting(style),
              },
            ],
          ]}
        />
      ),
    },
  ]
  return (
    <>
      <Table
        label={t('section.style')}
        rows={styles}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={nameOf}
      />
      <Confirm
        open={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        isLoss
        title={t('style.delete_title', { name: deleting === undefined ? '' : nameOf(deleting) })}
        action={t('style.delete_action')}
        keep={t('keep')}
        run={async () => deleting !== undefined && deleteStyle(deleting.id)}
      />
    </>
  )
}
