import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { Combobox } from '../../../kit/combobox.tsx'
import { Select, TextField } from '../../../kit/field.tsx'
import { ErrorNote, Note } from '../../../kit/notes.tsx'
import { useCold, useList, useLists, useSessions } from '../queries.ts'
import { useText } from '../words.ts'
import type { Draft } from './draft.ts'
import { FileDialog } from './file-dialog.tsx'

/** Fields of a draft. */
export interface DraftFields {
  draft: Draft
  onChange(part: Partial<Draft>): void
  /** What the server says about a field. */
  problem(field: string): string | undefined
}

/** What it is called. */
export function NameField({ draft, onChange, problem }: DraftFields) {
  const t = useText()
  return (
    <TextField
      label={t('field.name')}
      hint={t('field.name_hint')}
      dir="auto"
      maxLength={255}
      value={draft.name}
      error={problem('name')}
      onChange={(event) => onChange({ name: event.target.value })}
    />
  )
}

/** Who writes, and to whom. */
export function AudienceFields(fields: DraftFields) {
  const { draft, onChange, problem } = fields
  const t = useText()
  const format = useFormat()
  const { data: sessions } = useSessions()
  const { data: lists } = useLists()
  const [isOpen, setOpen] = useState(false)
  const session = sessions?.find(({ id }) => id === draft.sessionId)
  return (
    <section className="card" aria-labelledby="h-who">
      <header>
        <h2 id="h-who">{t('compose.who')}</h2>
      </header>
      <div className="pad stack">
        <div className="pair-fields">
          <NameField {...fields} />
          <Select
            label={t('field.session')}
            value={draft.sessionId}
            error={problem('session_id')}
            onChange={(event) => onChange({ sessionId: event.target.value })}
            options={[
              { value: '', label: t('choose') },
              ...(sessions ?? []).map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </div>
        {sessions?.length === 0 ? (
          <Note tone="info" shape="qr" title={t('no_session')}>
            <Link className="link" to="/sessions">
              {t('no_session_action')}
            </Link>
          </Note>
        ) : null}
        {session === undefined || session.status === 'working' ? null : (
          <Note tone="warn" shape="clock" title={t('session_down')}>
            {session.status_detail}
          </Note>
        )}
        {session !== undefined && session.limits.reach_out_locked_until !== null ? (
          <Note tone="warn" shape="lock" title={t('session_locked')} />
        ) : null}
        <Combobox
          label={t('field.audience')}
          hint={t('field.audience_hint')}
          value={draft.groupId === '' ? undefined : draft.groupId}
          error={problem('custom_group_id')}
          onChange={(groupId) => onChange({ groupId: groupId ?? '' })}
          options={(lists?.groups ?? []).map((list) => ({
            value: list.id,
            label: t(list.filter === null ? 'list_option' : 'segment_option', {
              name: list.name,
              count: format.number(list.member_count),
            }),
          }))}
        />
        <div className="tools">
          <Button icon="plus" onClick={() => setOpen(true)}>
            {t('file.open')}
          </Button>
        </div>
        <Facts groupId={draft.groupId} sessionId={draft.sessionId} />
      </div>
      <FileDialog open={isOpen} onClose={() => setOpen(false)} onMade={(groupId) => onChange({ groupId })} />
    </section>
  )
}

/** How many it would reach, and who would be left out. */
function Facts({ groupId, sessionId }: { groupId: string; sessionId: string }) {
  const t = useText()
  const format = useFormat()
  const list = useList(groupId)
  const cold = useCold(groupId, sessionId)
  if (groupId === '') return null
  if (list.error !== null) return <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
  if (list.data === undefined) return null
  const { total, opted_out: optedOut, unread_languages: unread } = list.data
  const bold = { b: (text: React.ReactNode) => <b className="num">{text}</b> }
  return (
    <div className="audience-facts" role="status" data-audience>
      <p>{t.rich('audience.people', { count: total, number: format.number(total) }, bold)}</p>
      {optedOut === 0 ? null : (
        <p>{t.rich('audience.opted_out', { count: optedOut, number: format.number(optedOut) }, bold)}</p>
      )}
      {cold.data === undefined || cold.data.total === 0 ? null : (
        <p>
          {t.rich('audience.cold', { count: cold.data.total, number: format.number(cold.data.total) }, bold)}
        </p>
      )}
      {unread === 0 ? null : <p>{t('audience.unread', { count: unread })}</p>}
      <p className="mute">{t('audience.later')}</p>
    </div>
  )
}
