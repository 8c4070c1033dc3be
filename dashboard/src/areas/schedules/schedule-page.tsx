import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import { type FormState, useForm } from '../../kit/form.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Menu } from '../../kit/menu.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { placeOf } from '../../kit/rule-words.ts'
import { Page, PageBody } from '../../shell/page.tsx'
import { HistoryCard } from './history-card.tsx'
import { deleteSchedule, type Schedule, steerSchedule, useSchedule, useSessions } from './queries.ts'
import { Planned, ScheduleWords } from './rule-words.tsx'
import { ScheduleState } from './schedule-state.tsx'
import './schedules.css'
import { Target } from './target.tsx'
import { useText } from './words.ts'

/** One schedule: when it runs next, what it sends, and what became of its runs. */
export function SchedulePage() {
  const t = useText()
  const { scheduleId } = useParams({ from: '/app/schedules/$scheduleId' })
  const query = useSchedule(scheduleId)
  const steering = useForm()
  const { data: schedule } = query
  return (
    <Page
      title={schedule?.name ?? t('title')}
      crumb={{ to: '/schedules', label: t('title') }}
      state={schedule === undefined ? null : <ScheduleState status={schedule.status} loud />}
      actions={schedule === undefined ? null : <Actions schedule={schedule} steering={steering} />}
    >
      <PageBody label={t('one.label')}>
        {steering.error === undefined ? null : <ErrorNote error={steering.error} title={t('steer.failed')} />}
        <Loaded query={query} title={t('one.failed')}>
          {(loaded) => (
            <div className="stack">
              <div className="two">
                <WhenCard schedule={loaded} />
                <WhatCard schedule={loaded} />
              </div>
              <HistoryCard schedule={loaded} />
            </div>
          )}
        </Loaded>
      </PageBody>
    </Page>
  )
}

function WhenCard({ schedule }: { schedule: Schedule }) {
  const t = useText()
  const format = useFormat()
  const { status, next_runs: runs, timezone } = schedule
  return (
    <section className="card" aria-labelledby="h-when">
      <div className="pad stack when-card">
        <div>
          <span className="phone-only">
            <ScheduleState status={status} loud />
          </span>
          <h2 id="h-when" className="lede schedule-lede">
            <ScheduleWords schedule={schedule} />
          </h2>
          <p className="soft">
            {status === 'active' ? t('times_in', { place: placeOf(format.timeZone) }) : t(`ended.${status}`)}
          </p>
        </div>
        {runs.length === 0 ? null : (
          <ol className="next-runs">
            {runs.map((at) => (
              <li key={at}>
                <Planned at={at} zone={timezone} />
                <span className="mute">{format.ago(at)}</span>
              </li>
            ))}
          </ol>
        )}
      </div>
    </section>
  )
}

function WhatCard({ schedule }: { schedule: Schedule }) {
  const t = useText()
  const { data: sessions = [] } = useSessions()
  const { variants, message_content: content, media_url: media, quiet_hours: quiet } = schedule
  const isList = schedule.target_type === 'custom_group'
  return (
    <section className="card" aria-labelledby="h-what">
      <header>
        <h2 id="h-what">{t('what')}</h2>
      </header>
      <div className="pad stack">
        {(variants ?? [content ?? '']).map((text) => (
          <p key={text} className="schedule-text" dir="auto">
            {text}
          </p>
        ))}
        {media === null ? null : <p className="mono mute cut ltr">{media}</p>}
        <dl className="kv schedule-facts">
          <dt>{t('fact.from')}</dt>
          <dd>
            <bdi>{sessions.find(({ id }) => id === schedule.session_id)?.name ?? '–'}</bdi>
          </dd>
          <dt>{t('fact.to')}</dt>
          <dd>
            <Target schedule={schedule} />
          </dd>
          <dt>{t('fact.missed')}</dt>
          <dd>{t(`missed.${schedule.missed_runs}`)}</dd>
          {isList ? (
            <>
              <dt>{t('fact.once')}</dt>
              <dd>{t(schedule.once_per_contact ? 'once.yes' : 'once.no')}</dd>
              <dt>{t('fact.quiet')}</dt>
              <dd>
                {quiet === null ? t('quiet.none') : t('quiet.hours', { start: quiet.start, end: quiet.end })}
              </dd>
            </>
          ) : null}
        </dl>
      </div>
    </section>
  )
}

function Actions({ schedule, steering }: { schedule: Schedule; steering: FormState }) {
  const t = useText()
  const [dialog, setDialog] = useState<'cancel' | 'delete'>()
  const navigate = useNavigate()
  const { id, status, name } = schedule
  const isOver = status === 'cancelled' || status === 'completed'
  return (
    <>
      {isOver ? null : (
        <>
          <Button
            look={status === 'paused' ? 'primary' : undefined}
            icon={status === 'paused' ? 'play' : 'pause'}
            busy={steering.isBusy}
            onClick={() =>
              void steering.submit(() => steerSchedule(id, status === 'paused' ? 'resume' : 'pause'))
            }
          >
            {t(status === 'paused' ? 'resume' : 'pause')}
          </Button>
          <Link className="btn" to="/schedules/$scheduleId/edit" params={{ scheduleId: id }}>
            {t('edit')}
          </Link>
        </>
      )}
      <Menu
        trigger={<IconButton icon="dots" label={t('menu.label')} />}
        groups={[
          [
            {
              id: 'cancel',
              label: t('cancel.menu'),
              refused: isOver ? t('cancel.over') : undefined,
              onSelect: () => setDialog('cancel'),
            },
            {
              id: 'delete',
              label: t('delete.menu'),
              refused: isOver ? undefined : t('delete.first'),
              onSelect: () => setDialog('delete'),
            },
          ],
        ]}
      />
      <CurlButton
        calls={[
          { method: 'get', path: '/api/v2/scheduled-messages/{id}', params: { path: { id } } },
          { method: 'get', path: '/api/v2/scheduled-messages/{id}/history', params: { path: { id } } },
        ]}
      />
      <Confirm
        open={dialog === 'cancel'}
        onClose={() => setDialog(undefined)}
        isLoss
        title={t('cancel.title', { name })}
        action={t('cancel.action')}
        keep={t('keep')}
        run={() => steerSchedule(id, 'cancel')}
      >
        <p>{t('cancel.text')}</p>
      </Confirm>
      <Confirm
        open={dialog === 'delete'}
        onClose={() => setDialog(undefined)}
        isLoss
        title={t('delete.title', { name })}
        action={t('delete.action')}
        keep={t('keep')}
        run={() => deleteSchedule(id, () => navigate({ to: '/schedules' }))}
      >
        <p>{t('delete.text')}</p>
      </Confirm>
    </>
  )
}
