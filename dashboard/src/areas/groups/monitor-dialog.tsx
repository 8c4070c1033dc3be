import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { readKeywords } from './keywords.ts'
import { type Mode, ModeFields } from './mode-fields.tsx'
import { type AvailableGroup, monitorGroup } from './queries.ts'
import { useText } from './words.ts'

interface MonitorDialogProps {
  sessionId: string
  group: AvailableGroup | undefined
  onClose(): void
}

/** Begins to listen to a group. */
export function MonitorDialog({ sessionId, group, onClose }: MonitorDialogProps) {
  const t = useText()
  return (
    <Dialog
      open={group !== undefined}
      onClose={onClose}
      title={t.rich('monitor.title', { name: <bdi>{group?.name}</bdi> })}
      wide
    >
      {group === undefined ? null : <MonitorNew sessionId={sessionId} group={group} />}
    </Dialog>
  )
}

function MonitorNew({ sessionId, group }: { sessionId: string; group: AvailableGroup }) {
  const t = useText()
  const form = useForm()
  const navigate = useNavigate()
  const [mode, setMode] = useState<Mode>('keywords')
  const [words, setWords] = useState('')
  const [prompt, setPrompt] = useState('')
  const keywords = readKeywords(words)
  const body = {
    session_id: sessionId,
    wa_group_id: group.wa_group_id,
    monitor_mode: mode,
    ...(mode === 'keywords' ? { monitor_keywords: keywords } : {}),
    ...(mode === 'ai_analysis' && prompt !== '' ? { monitor_prompt: prompt } : {}),
  }
  const isMissing = mode === 'keywords' && keywords.length === 0
  return (
    <Form
      state={form}
      fields={['monitor_mode', 'monitor_keywords', 'monitor_prompt']}
      onSubmit={async () => {
        if (isMissing) return
        const made = await monitorGroup(body)
        if (made !== undefined) await navigate({ to: '/groups/$groupId', params: { groupId: made.id } })
      }}
      footer={
        <Button
          type="submit"
          look="primary"
          busy={form.isBusy}
          refused={isMissing ? t('keywords.missing') : undefined}
        >
          {t('monitor.action')}
        </Button>
      }
    >
      <ModeFields
        mode={mode}
        onMode={setMode}
        words={words}
        onWords={setWords}
        prompt={prompt}
        onPrompt={setPrompt}
        problem={form.problem}
      />
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox call={{ method: 'post', path: '/api/v2/groups', body }} />
      </details>
    </Form>
  )
}
