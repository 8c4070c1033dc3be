import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Menu } from '../../kit/menu.tsx'
import { Empty } from '../../kit/notes.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { deleteWidget, useWidgets, type Widget } from './queries.ts'
import { SectionPage, useRefusal } from './section-page.tsx'
import { WidgetDialog } from './widget-dialog.tsx'
import { useText } from './words.ts'

/** Where approved reviews are shown to everybody, and what to paste there. */
export function WidgetsPage() {
  const t = useText()
  const query = useWidgets()
  const refused = useRefusal()
  const [isMaking, setMaking] = useState(false)
  return (
    <SectionPage
      section="widgets"
      calls={[{ method: 'get', path: '/api/v2/reviews/widgets' }]}
      actions={
        <Button look="primary" icon="plus" refused={refused} onClick={() => setMaking(true)}>
          {t('widgets.new')}
        </Button>
      }
    >
      <Loaded query={query} title={t('widgets.failed')}>
        {({ widgets }) =>
          widgets.length === 0 ? (
            <Empty title={t('widgets.empty_title')}>{t('widgets.empty_text')}</Empty>
          ) : (
            <Widgets widgets={widgets} />
          )
        }
      </Loaded>
      {isMaking ? <WidgetDialog onClose={() => setMaking(false)} /> : null}
    </SectionPage>
  )
}

function Widgets({ widgets }: { widgets: readonly Widget[] }) {
  const t = useText()
  const format = useFormat()
  const refused = useRefusal()
  const [deleting, setDeleting] = useState<Widget>()
  const columns: Column<Widget>[] = [
    {
      id: 'name',
      head: t('column.name'),
      cell: ({ name, page_url: url }) => (
        <>
          <bdi>{name}</bdi>
          <small>
            <a href={url} target="_blank" rel="noreferrer">
              {t('widgets.look')}
            </a>
          </small>
        </>
      ),
    },
    {
      id: 'shows',
      head: t('widgets.shows'),
      isNumber: true,
      hides: 'lo',
      cell: ({ limit }) => format.number(limit),
    },
    {
      id: 'names',
      head: t('widgets.names'),
      hides: 'lo',
      cell: ({ name_style: style }) => t(`widgets.names_${style}`),
    },
    { id: 'made', head: t('widgets.made'), hides: 'lo2', cell: ({ created_at: at }) => <Time at={at} /> },
    {
      id: 'paste',
      head: <span className="sr">{t('widgets.copy_frame')}</span>,
      cell: ({ iframe_html: frame, script_html: script }) => (
        <span className="tools">
          <CopyButton text={frame}>{t('widgets.copy_frame')}</CopyButton>
          <span className="desk-only">
            <CopyButton text={script}>{t('widgets.copy_script')}</CopyButton>
          </span>
        </span>
      ),
    },
    {
      id: 'more',
      head: <span className="sr">{t('delete')}</span>,
      cell: (widget) => (
        <Menu
          trigger={<IconButton icon="dots" label={t('more', { name: widget.name })} />}
          groups={[[{ id: 'delete', label: t('delete'), refused, onSelect: () => setDeleting(widget) }]]}
        />
      ),
    },
  ]
  return (
    <>
      <Table
        label={t('section.widgets')}
        rows={widgets}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        rowHeight={52}
      />
      <Confirm
        open={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        isLoss
        title={t('widgets.delete_title', { name: deleting?.name ?? '' })}
        action={t('delete.action')}
        keep={t('keep')}
        run={async () => deleting !== undefined && deleteWidget(deleting.id)}
      >
        <p>{t('widgets.delete_text')}</p>
      </Confirm>
    </>
  )
}
