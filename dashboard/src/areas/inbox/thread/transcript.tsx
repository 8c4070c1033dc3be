import { useState } from 'react'
import { api, queries, type Schemas } from '../../../api/client.ts'
import { Button } from '../../../kit/button.tsx'
import { useForm } from '../../../kit/form.tsx'
import { ErrorNote } from '../../../kit/notes.tsx'
import { usePermissions } from '../../../shell/permissions.ts'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'

const askEveryMs = 1500

type Task = Schemas['TranscriptionTask']

/** What is said in a recording: written down when somebody asks for it, at once where it is written down already. */
export function Transcript({ message }: { message: Message }) {
  const t = useText()
  const form = useForm()
  const [task, setTask] = useState<Task>()
  const { holds } = usePermissions()
  const { data: me } = queries.useQuery('get', '/api/v2/users/me')
  const isUnderWay = task !== undefined && task.result === undefined
  const { data: status } = queries.useQuery(
    'get',
    '/api/v2/ai/voice/status/{task_id}',
    { params: { path: { task_id: task?.task_id ?? '' } } },
    {
      enabled: isUnderWay,
      refetchInterval: ({ state }) =>
        state.data?.status === 'completed' || state.data?.status === 'failed' ? false : askEveryMs,
    },
  )
  if (me?.tenant.features.includes('ai') !== true || !holds('ai:manage')) return null
  async function ask() {
    setTask(undefined)
    const { data } = await api.POST('/api/v2/ai/voice/transcribe', { body: { message_id: message.id } })
    setTask(data)
  }
  const result = task?.result ?? status?.result ?? undefined
  if (result !== undefined)
    return (
      <p className="mtranscript" dir="auto" lang={result.language === 'und' ? undefined : result.language}>
        {result.transcript === '' ? (
          <span className="mute">{t('transcript.nobody')}</span>
        ) : (
          result.transcript
        )}
      </p>
    )
  if (status?.status === 'failed')
    return (
      <p className="mtranscript bad small">
        {t('transcript.failed')} <span dir="auto">{status.error}</span>
      </p>
    )
  if (isUnderWay)
    return (
      <p className="mtranscript mute small" role="status">
        {t('transcript.working')}
      </p>
    )
  return (
    <>
      <Button look="quiet" busy={form.isBusy} onClick={() => void form.submit(ask)}>
        {t('transcript.ask')}
      </Button>
      {form.error === undefined ? null : <ErrorNote error={form.error} title={t('transcript.failed')} />}
    </>
  )
}
