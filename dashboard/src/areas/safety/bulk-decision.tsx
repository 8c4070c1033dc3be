import { useRef, useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { TextField } from '../../kit/field.tsx'
import { Progress } from '../../kit/figures.tsx'
import { Note, useReason } from '../../kit/notes.tsx'
import { ChatName } from './chat-name.tsx'
import { type Approval, approve, reject } from './queries.ts'
import { useText } from './words.ts'

/** What is done with which messages. */
export interface Decision {
  kind: 'approve' | 'reject'
  approvals: readonly Approval[]
}

interface Failure {
  approval: Approval
  error: unknown
}

interface BulkDecisionProps {
  decision: Decision
  onClose(): void
  onDecided(id: string): void
}

/**
 * Decides exactly the messages that were selected, one after another. What was refused stays listed with its reason, and
 * can be tried again without deciding the others twice.
 */
export function BulkDecision({ decision, onClose, onDecided }: BulkDecisionProps) {
  const t = useText()
  const format = useFormat()
  const { kind } = decision
  const [left, setLeft] = useState(decision.approvals)
  const [reason, setReason] = useState('')
  const [done, setDone] = useState(0)
  const [failures, setFailures] = useState<readonly Failure[]>([])
  const [isBusy, setBusy] = useState(false)
  const running = useRef(false)
  const count = left.length

  async function run() {
    if (running.current) return
    running.current = true
    setBusy(true)
    setDone(0)
    setFailures([])
    const refused: Failure[] = []
    for (const approval of left) {
      try {
        await (kind === 'approve' ? approve(approval.id) : reject(approval.id, reason))
        onDecided(approval.id)
      } catch (error) {
        refused.push({ approval, error })
      }
      setDone((before) => before + 1)
    }
    running.current = false
    setBusy(false)
    if (refused.length === 0) return onClose()
    setFailures(refused)
    setLeft(refused.map(({ approval }) => approval))
    return undefined
  }
  return (
    <Dialog
      open
      onClose={() => !isBusy && onClose()}
      title={t(`bulk.${kind}_title`, { count })}
      footer={
        <>
          <Button refused={isBusy ? t('bulk.under_way') : undefined} onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button look={kind === 'approve' ? 'primary' : 'bad'} busy={isBusy} onClick={() => void run()}>
            {t(`bulk.${kind}_action`, { count })}
          </Button>
        </>
      }
    >
      <p>{t(`bulk.${kind}_text`)}</p>
      {kind === 'reject' ? (
        <TextField
          label={t('approval.reason')}
          hint={t('approval.reason_hint')}
          dir="auto"
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      ) : null}
      {isBusy ? (
        <>
          <p role="status">
            {t('bulk.progress', { done: format.number(done), count: format.number(count) })}
          </p>
          <Progress value={done / Math.max(count, 1)} label={t(`bulk.${kind}_title`, { count })} />
        </>
      ) : null}
      {failures.length === 0 ? null : <Failures failures={failures} />}
    </Dialog>
  )
}

function Failures({ failures }: { failures: readonly Failure[] }) {
  const t = useText()
  const reason = useReason()
  return (
    <Note tone="bad" shape="tri" title={t('bulk.failed', { count: failures.length })}>
      <ul className="failures">
        {failures.map(({ approval, error }) => (
          <li key={approval.id}>
            <ChatName chat={approval.wa_chat_id} /> <span>{reason(error)}</span>
          </li>
        ))}
      </ul>
    </Note>
  )
}
