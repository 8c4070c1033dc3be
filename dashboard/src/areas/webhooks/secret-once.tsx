import { Button } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { Note } from '../../kit/notes.tsx'
import { useText } from './words.ts'

/** A secret, shown this once: the server keeps it, and shows it to nobody. */
export function SecretOnce({ secret, onDone }: { secret: string; onDone(): void }) {
  const t = useText()
  return (
    <>
      <div className="curl ltr">
        <pre>{secret}</pre>
        <CopyButton text={secret} label={t('secret.copy')} />
      </div>
      <Note tone="warn" shape="lock" title={t('secret.once')}>
        {t('secret.why')}
      </Note>
      <footer>
        <Button look="primary" onClick={onDone}>
          {t('secret.done')}
        </Button>
      </footer>
    </>
  )
}
