import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { useDraft } from '../../kit/draft.ts'
import { TextArea, TextField } from '../../kit/field.tsx'
import { useForm } from '../../kit/form.tsx'
import { ErrorNote, Note } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { ChatName } from './chat-name.tsx'
import { type Approval, approve, reject, useHeldMessage } from './queries.ts'
import { useText } from './words.ts'

/** Of texts that are longer than 500 the server keeps a beginning, which ends with a whole character, so a little before. */
const nearlyCut = 460

interface Draft {
  text: string
  reason: string
}

/** One held message: read it whole, perhaps word it anew, then send or drop it. A refusal stays with its reason. */
export function ApprovalDialog({ approval, onClose }: { approval: Approval; onClose(): void }) {
  const t = useText()
  const { data: message, error } = useHeldMessage(approval.message_id)
  const title = t.rich('approval.title', { to: <ChatName chat={approval.wa_chat_id} /> })
  return (
    <Dialog open onClose={onClose} title={title} wide>
      <p className="soft">
        {t(`origin.${approval.origin}`)} · <Time at={approval.created_at} />
      </p>
      {message === undefined && error === null ? <SkeletonRows rows={2} /> : null}
      {error === null ? null : <ErrorNote error={error} title={t('approval.failed')} />}
      {message === undefined ? null : approval.status === 'pending' ? (
        <Decide
          approval={approval}
          whole={message.text ?? message.content_preview ?? ''}
          isText={message.message_type === 'text'}
          isCut={message.text === null && (message.content_preview ?? '').length >= nearlyCut}
          onClose={onClose}
        />
      ) : (
        <p className="held-whole">
          <bdi>{message.text ?? message.content_preview}</bdi>
        </p>
      )}
    </Dialog>
  )
}

interface DecideProps {
  approval: Approval
  whole: string
  /** Only the words of a text can be changed. */
  isText: boolean
  /** Full texts are not kept, and this one is longer than what is. */
  isCut: boolean
  onClose(): void
}

function Decide({ approval, whole, isText, isCut, onClose }: DecideProps) {
  const t = useText()
  const form = useForm()
  const { isLead } = usePermissions()
  const [isRejecting, setRejecting] = useState(false)
  const [draft, change, drop] = useDraft<Draft>(`approval.${approval.id}`)
  const text = draft.text ?? whole
  const reason = draft.reason ?? ''
  const isEdited = isText && text !== whole
  const { id } = approval
  const run = (act: () => Promise<void>, told: string) =>
    void form.submit(act).then((isDone) => {
      if (!isDone) return
      drop()
      showToast({ text: told })
      onClose()
    })
  return (
    <div className="form">
      {isText ? (
        <TextArea
          label={t('approval.text')}
          rows={6}
          maxLength={4096}
          readOnly={!isLead}
          value={text}
          hint={t(isCut ? 'approval.beginning' : isEdited ? 'approval.edited' : 'approval.edit_hint')}
          error={form.problem('message')}
          onChange={(event) => change({ text: event.target.value })}
        />
      ) : (
        <Note shape="hand" title={t('approval.no_words')}>
          <bdi>{whole}</bdi>
        </Note>
      )}
      {isRejecting ? (
        <TextField
          label={t('approval.reason')}
          hint={t('approval.reason_hint')}
          dir="auto"
          maxLength={500}
          value={reason}
          error={form.problem('reason')}
          onChange={(event) => change({ reason: event.target.value })}
        />
      ) : null}
      {form.error === undefined ? null : <ErrorNote error={form.error} title={t('approval.refused')} />}
      <AsCurl
        id={id}
        isRejecting={isRejecting}
        body={isRejecting ? { reason } : isEdited ? { message: text } : {}}
      />
      {isRejecting ? (
        <footer>
          <Button onClick={() => setRejecting(false)}>{t('back')}</Button>
          <Button
            look="bad"
            busy={form.isBusy}
            onClick={() => run(() => reject(id, reason), t('approval.is_rejected'))}
          >
            {t('approval.reject')}
          </Button>
        </footer>
      ) : (
        <Choices
          isBusy={form.isBusy}
          isEdited={isEdited}
          isEmpty={isText && text.trim() === ''}
          onReject={() => setRejecting(true)}
          onApprove={() => run(() => approve(id, isEdited ? text : undefined), t('approval.is_sent'))}
        />
      )}
    </div>
  )
}

function AsCurl({ id, isRejecting, body }: { id: string; isRejecting: boolean; body: object }) {
  const t = useText()
  return (
    <details>
      <summary>{t('as_curl')}</summary>
      <CurlBox
        call={{
          method: 'post',
          path: isRejecting ? '/api/v2/approvals/{id}/reject' : '/api/v2/approvals/{id}/approve',
          params: { path: { id } },
          body,
        }}
      />
      <p className="hint">{t('approval.no_keys')}</p>
    </details>
  )
}

interface ChoicesProps {
  isBusy: boolean
  isEdited: boolean
  isEmpty: boolean
  onReject(): void
  onApprove(): void
}

function Choices({ isBusy, isEdited, isEmpty, onReject, onApprove }: ChoicesProps) {
  const t = useText()
  const { isLead } = usePermissions()
  const refused = isLead ? undefined : t('refused.role')
  return (
    <footer>
      <Button refused={refused} onClick={onReject}>
        {t('approval.reject_with')}
      </Button>
      <Button
        look="primary"
        icon="send"
        busy={isBusy}
        refused={refused ?? (isEmpty ? t('approval.empty') : undefined)}
        onClick={onApprove}
      >
        {t(isEdited ? 'approval.send_edited' : 'approval.send')}
      </Button>
    </footer>
  )
}
