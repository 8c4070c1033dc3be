import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import type { FormState } from '../../kit/form.tsx'
import { Menu } from '../../kit/menu.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { isOver, progressOf } from './parts.ts'
import { cloneJob, type Job, retryFailed, sendJobTest, steerJob } from './queries.ts'
import { useTitle } from './titles.ts'
import { useText } from './words.ts'

/** What can be done with a campaign. A refusal stays on the page, with its reason. */
export function CampaignActions({ job, steering }: { job: Job; steering: FormState }) {
  const t = useText()
  const navigate = useNavigate()
  const [isCancelling, setCancelling] = useState(false)
  const [isRetrying, setRetrying] = useState(false)
  const { id, status } = job
  const over = isOver(status)
  const canEdit = status === 'paused' || status === 'pending'
  const edit = () => void navigate({ to: '/campaigns/$campaignId/edit', params: { campaignId: id } })

  async function clone() {
    let copy = id
    const isDone = await steering.submit(async () => {
      copy = await cloneJob(id)
    })
    if (!isDone) return
    showToast({ text: t('cloned') })
    await navigate({ to: '/campaigns/$campaignId/edit', params: { campaignId: copy } })
  }
  async function test() {
    if (await steering.submit(() => sendJobTest(id))) showToast({ text: t('test.sent') })
  }
  return (
    <>
      {status === 'paused' ? (
        <Button
          look="primary"
          icon="play"
          busy={steering.isBusy}
          onClick={() => void steering.submit(() => steerJob(id, 'resume'))}
        >
          {t('resume')}
        </Button>
      ) : over ? null : (
        <Button
          icon="pause"
          busy={steering.isBusy}
          onClick={() => void steering.submit(() => steerJob(id, 'pause'))}
        >
          {t('pause')}
        </Button>
      )}
      <span className="desk-only">
        <Button icon="copy" busy={steering.isBusy} onClick={() => void clone()}>
          {t('clone')}
        </Button>
      </span>
      <Menu
        trigger={<IconButton icon="dots" label={t('menu.label')} />}
        groups={[
          [
            {
              id: 'edit',
              label: t('edit'),
              refused: canEdit ? undefined : over ? t('edit.over') : t('edit.running'),
              onSelect: edit,
            },
            { id: 'clone', label: t('clone'), onSelect: () => void clone() },
            {
              id: 'retry',
              label: t('retry.menu'),
              refused: job.failed_count > 0 ? undefined : t('retry.nobody'),
              onSelect: () => setRetrying(true),
            },
            { id: 'test', label: t('test.menu'), onSelect: () => void test() },
          ],
          [
            {
              id: 'cancel',
              label: t('cancel.menu'),
              refused: over ? t('cancel.over') : undefined,
              onSelect: () => setCancelling(true),
            },
          ],
        ]}
      />
      <CurlButton
        calls={[
          { method: 'get', path: '/api/v2/bulk-send/{id}', params: { path: { id } } },
          { method: 'get', path: '/api/v2/bulk-send/{id}/progress', params: { path: { id } } },
          { method: 'get', path: '/api/v2/bulk-send/{id}/recipients', params: { path: { id } } },
          ...(over
            ? []
            : [
                {
                  method: 'post' as const,
                  path: `/api/v2/bulk-send/{id}/pause`,
                  params: { path: { id } },
                  body: {},
                },
              ]),
        ]}
      />
      <CancelDialog open={isCancelling} onClose={() => setCancelling(false)} job={job} />
      <RetryDialog open={isRetrying} onClose={() => setRetrying(false)} job={job} />
    </>
  )
}

interface DialogProps {
  open: boolean
  onClose(): void
  job: Job
}

function CancelDialog({ open, onClose, job }: DialogProps) {
  const t = useText()
  const format = useFormat()
  const title = useTitle()
  const { pending, sent } = progressOf(job)
  return (
    <Confirm
      open={open}
      onClose={onClose}
      isLoss
      title={t('cancel.title', { name: title(job) })}
      action={t('cancel.action')}
      keep={t('cancel.keep')}
      consequences={[
        [format.number(pending), t('cancel.pending', { count: pending })],
        [format.number(sent), t('cancel.sent', { count: sent })],
      ]}
      run={() => steerJob(job.id, 'cancel')}
    >
      <p>{t('cancel.text')}</p>
    </Confirm>
  )
}

function RetryDialog({ open, onClose, job }: DialogProps) {
  const t = useText()
  const navigate = useNavigate()
  const { failed_count: count } = job
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t('retry.title', { count })}
      action={t('retry.action', { count })}
      run={async () => {
        const id = await retryFailed(job.id)
        showToast({ text: t('retry.done') })
        await navigate({ to: '/campaigns/$campaignId', params: { campaignId: id } })
      }}
    >
      <p>{t('retry.text')}</p>
    </Confirm>
  )
}
