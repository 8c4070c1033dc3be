import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Button, IconButton } from '../../../kit/button.tsx'
import { Confirm } from '../../../kit/confirm.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { Menu } from '../../../kit/menu.tsx'
import { ErrorNote } from '../../../kit/notes.tsx'
import { saveFile } from '../../../kit/save-file.ts'
import { Page } from '../../../shell/page.tsx'
import '../contacts.css'
import { type CustomGroup, deleteList, exportList, useList, useListSize } from '../queries.ts'
import { SegmentEditor } from '../segments/segment-editor.tsx'
import { useText } from '../words.ts'
import { AddPeopleDialog } from './add-people-dialog.tsx'
import { ListDialog } from './list-dialog.tsx'
import { MemberTable } from './member-table.tsx'

/** A list with its people, or a segment with its conditions and who is in it now. */
export function ListPage() {
  const t = useText()
  const { listId } = useParams({ from: '/app/contacts/lists/$listId' })
  const query = useList(listId)
  const { data: list } = query
  return (
    <Page
      title={list?.name ?? t('title')}
      crumb={{ to: '/contacts/lists', label: t('view.lists') }}
      actions={list === undefined ? null : <Actions list={list} />}
    >
      <Loaded query={query} title={t('list.failed')}>
        {(loaded) => (
          <>
            <About list={loaded} />
            {loaded.filter === null ? null : (
              <SegmentEditor key={loaded.id} list={loaded} filter={loaded.filter} />
            )}
            <MemberTable list={loaded} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function About({ list }: { list: CustomGroup }) {
  const t = useText()
  const format = useFormat()
  const { data } = useListSize(list.id)
  const total = data?.total ?? list.member_count
  return (
    <div className="toolbar about-list">
      <b role="status">{t('people', { count: total, number: format.number(total) })}</b>
      {data === undefined || data.opted_out === 0 ? null : (
        <span className="mute">{t('opted_out', { count: data.opted_out })}</span>
      )}
      {list.description === null ? null : (
        <span className="mute cut">
          <bdi>{list.description}</bdi>
        </span>
      )}
    </div>
  )
}

type Opened = 'add' | 'rename' | 'delete'

function Actions({ list }: { list: CustomGroup }) {
  const t = useText()
  const navigate = useNavigate()
  const [opened, setOpened] = useState<Opened>()
  const close = () => setOpened(undefined)
  const params = { path: { id: list.id } }
  const isList = list.filter === null
  return (
    <>
      {isList ? (
        <>
          <span className="desk-only">
            <Button icon="plus" onClick={() => setOpened('add')}>
              {t('add')}
            </Button>
          </span>
          <Button
            look="primary"
            onClick={() =>
              void navigate({ to: '/contacts/lists/$listId/import', params: { listId: list.id } })
            }
          >
            {t('import')}
          </Button>
        </>
      ) : null}
      <ExportMenu list={list} />
      <Menu
        trigger={<IconButton icon="dots" label={t('more_actions')} />}
        groups={[
          [
            ...(isList ? [{ id: 'add', label: t('add'), onSelect: () => setOpened('add') }] : []),
            { id: 'rename', label: t('rename'), onSelect: () => setOpened('rename') },
            { id: 'delete', label: t('delete'), onSelect: () => setOpened('delete') },
          ],
        ]}
      />
      <CurlButton
        calls={[
          { method: 'get', path: '/api/v2/custom-groups/{id}', params },
          { method: 'get', path: '/api/v2/custom-groups/{id}/export/csv', params },
        ]}
      />
      <AddPeopleDialog open={opened === 'add'} onClose={close} list={list} />
      <ListDialog open={opened === 'rename'} onClose={close} list={list} />
      <Confirm
        open={opened === 'delete'}
        onClose={close}
        isLoss
        title={t('delete.title', { name: list.name })}
        action={t('delete.action')}
        keep={t('delete.keep')}
        run={async () => {
          await deleteList(list.id)
          await navigate({ to: '/contacts/lists' })
        }}
      >
        <p>{isList ? t('delete.text', { count: list.member_count }) : t('delete.segment_text')}</p>
      </Confirm>
    </>
  )
}

function ExportMenu({ list }: { list: CustomGroup }) {
  const t = useText()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function run(format: 'csv' | 'json') {
    if (isBusy) return
    setBusy(true)
    try {
      saveFile(await exportList(list.id, format), `${list.name}.${format}`)
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Menu
        trigger={
          <Button icon="download" busy={isBusy} aria-label={t('export')}>
            <span className="desk-only">{t('export')}</span>
          </Button>
        }
        groups={[
          [
            { id: 'csv', label: t('export.csv'), onSelect: () => void run('csv') },
            { id: 'json', label: t('export.json'), onSelect: () => void run('json') },
          ],
        ]}
      />
      <Dialog open={error !== undefined} onClose={() => setError(undefined)} title={t('export.failed')}>
        <ErrorNote error={error} title={t('export.failed')} />
      </Dialog>
    </>
  )
}
