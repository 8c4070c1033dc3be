import { Button } from '../../../kit/button.tsx'
import { useForm } from '../../../kit/form.tsx'
import { ErrorNote } from '../../../kit/notes.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { type PreviewBody, sendTest } from '../queries.ts'
import { useText } from '../words.ts'

/** Sends what the first person would get to the own chat of the number. */
export function TestButton({ body, refused }: { body: PreviewBody; refused: string | undefined }) {
  const t = useText()
  const form = useForm()
  async function send() {
    if (await form.submit(() => sendTest(body))) showToast({ text: t('test.sent') })
  }
  return (
    <>
      {form.error === undefined ? null : (
        <ErrorNote error={form.error} title={t('test.failed')} onRetry={() => void send()} />
      )}
      <Button busy={form.isBusy} refused={refused} onClick={() => void send()}>
        {t('test.action')}
      </Button>
    </>
  )
}
