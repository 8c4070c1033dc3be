import { Link } from '@tanstack/react-router'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { useDraft } from '../../kit/draft.ts'
import { TextArea } from '../../kit/field.tsx'
import { useForm } from '../../kit/form.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { Recipient, useReasons } from './draft-words.tsx'
import { discardDraft, type ReplyDraft, sendDraft } from './queries.ts'
import { useText } from './words.ts'

/** One draft: read it, perhaps word it anew, then send or drop it. A refusal stays with its reason. */
export function DraftDialog({ draft, onClose }: { draft: ReplyDraft; onClose(): void }) {
  const t = useText()
  const format = useFormat()
  const reasons = useReasons()
  const title = t.rich('drafts.title', { name: <Recipient draft={draft} /> })
  return (
    <Dialog open onClose={onClose} title={title} wide>
      <p className="soft">{reasons(draft)}</p>
      {draft.rag_sources.length === 0 ? null : (
        <p className="mute small">
          {t('drafts.sources')} <bdi>{format.list(draft.rag_sources)}</bdi>
        </p>
      )}
      {draft.status === 'pending' ? (
        <Decide draft={draft} onClose={onClose} />
      ) : (
        <p dir="auto">{draft.reply}</p>
      )}
      <p>
        <Link to="/inbox/$sessionId/$chatId" params={{ sessionId: draft.session_id, chatId: draft.chat_id }}>
          {t('drafts.open')}
        </Link>
      </p>
    </Dialog>
  )
}

function Decide({ draft, onClose }: { draft: ReplyDraft; onClose(): void }) {
  const t = useText()
  const form = useForm()
  const { holds } = usePermissions()
  const [kept, change, drop] = useDraft<{ text: string }>(`ai.draft.${draft.id}`)
  const text = kept.text ?? draft.reply
  const message = text === draft.reply ? undefined : text.trim()
  const lacking = ['ai:manage', 'messages:send'].find((scope) => !holds(scope))
  const refused = lacking === undefined ? undefined : t('refused.scope', { scope: lacking })
  const run = (act: () => Promise<void>, told: string) =>
    void form.submit(act).then((isDone) => {
      if (!isDone) return
      drop()
      showToast({ text: told })
      onClose()
    })
  return (
    <div className="form">
      <TextArea
        label={t('drafts.text')}
        hint={t('drafts.text_hint')}
        rows={6}
        maxLength={4096}
        value={text}
        error={form.problem('message')}
        onChange={(event) => change({ text: event.target.value })}
      />
      {form.error === undefined ? null : <ErrorNote error={form.error} />}
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox
          call={{
            method: 'post',
            path: '/api/v2/ai/drafts/{id}/send',
            params: { path: { id: draft.id } },
            body: message === undefined ? {} : { message },
          }}
        />
      </details>
      <footer>
        <Button
          busy={form.isBusy}
          refused={refused}
          onClick={() => run(() => discardDraft(draft.id), t('drafts.was_discarded'))}
        >
          {t('drafts.discard')}
        </Button>
        <Button
          look="primary"
          icon="send"
          busy={form.isBusy}
          refused={refused}
          onClick={() => run(() => sendDraft(draft.id, message), t('drafts.was_sent'))}
        >
          {t('drafts.send')}
        </Button>
      </footer>
    </div>
  )
}
