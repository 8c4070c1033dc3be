import { useEffect, useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Select, TextField } from '../../kit/field.tsx'
import { Progress } from '../../kit/figures.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { Note } from '../../kit/notes.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { refreshStyles, trainStyle, useSessions, useTraining } from './queries.ts'
import { useText } from './words.ts'

/** Chooses whose messages are learnt from, then shows how far it is until it has ended. */
export function TrainDialog({ onClose }: { onClose(): void }) {
  const t = useText()
  const form = useForm()
  const { data: sessions = [] } = useSessions()
  const [sessionId, setSessionId] = useState('')
  const [name, setName] = useState('')
  const [taskId, setTaskId] = useState<string>()
  const body = {
    ...(sessionId === '' ? {} : { session_id: sessionId }),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
  }
  return (
    <Dialog open onClose={onClose} title={t('style.train')}>
      {taskId === undefined ? (
        <Form
          state={form}
          fields={['session_id', 'name']}
          onSubmit={async () => setTaskId(await trainStyle(body))}
          footer={
            <Button type="submit" look="primary" busy={form.isBusy}>
              {t('style.train')}
            </Button>
          }
        >
          <p className="soft">{t('style.empty_text')}</p>
          <Select
            label={t('style.from')}
            value={sessionId}
            error={form.problem('session_id')}
            onChange={(event) => setSessionId(event.target.value)}
            options={[
              { value: '', label: t('style.from_all') },
              ...sessions.map((session) => ({ value: session.id, label: session.name })),
            ]}
          />
          <TextField
            label={t('style.name')}
            dir="auto"
            maxLength={255}
            value={name}
            error={form.problem('name')}
            onChange={(event) => setName(event.target.value)}
          />
          <details>
            <summary>{t('as_curl')}</summary>
            <CurlBox call={{ method: 'post', path: '/api/v2/ai/style/train', body }} />
          </details>
        </Form>
      ) : (
        <Learning taskId={taskId} onDone={onClose} />
      )}
    </Dialog>
  )
}

function Learning({ taskId, onDone }: { taskId: string; onDone(): void }) {
  const t = useText()
  const format = useFormat()
  const { data } = useTraining(taskId)
  const isDone = data?.status === 'completed'
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it has ended
  useEffect(() => {
    if (!isDone) return
    void refreshStyles()
    showToast({ text: t('style.learnt') })
    onDone()
  }, [isDone])
  if (data?.status === 'failed')
    return (
      <Note tone="bad" shape="tri" title={t('style.not_learnt')}>
        <span dir="auto">{data.error}</span>
      </Note>
    )
  const words = t('style.learning', { percent: format.percent((data?.progress ?? 0) / 100) })
  return (
    <>
      <p role="status">{words}</p>
      <Progress value={(data?.progress ?? 0) / 100} label={words} />
    </>
  )
}
