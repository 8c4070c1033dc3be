import { toCurl } from '../../api/curl.ts'
import { Button } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Note } from '../../kit/notes.tsx'
import { useText } from './words.ts'

/**
 * A key, shown this once. Only the button closes it: a click beside it, or Escape, would lose what nobody can read
 * again.
 */
export function KeyOnce({ secret, onDone }: { secret: string; onDone(): void }) {
  const t = useText()
  const first = toCurl({ method: 'get', path: '/api/v2/users/me' })
  const lines = `export MOLTFLOW_URL='${location.origin}' MOLTFLOW_KEY='${secret}'\n${first}`
  return (
    <Dialog
      open
      onClose={() => undefined}
      title={t('once.title')}
      footer={
        <Button look="primary" onClick={onDone}>
          {t('once.done')}
        </Button>
      }
    >
      <div className="stack">
        <div className="curl ltr">
          <pre>{secret}</pre>
          <CopyButton text={secret} label={t('once.copy')} />
        </div>
        <Note tone="warn" shape="lock" title={t('once.once')}>
          {t('once.why')}
        </Note>
        <div>
          <CopyButton text={lines}>{t('once.curl')}</CopyButton>
        </div>
      </div>
    </Dialog>
  )
}
