import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Menu } from '../../kit/menu.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { exportReviews } from './queries.ts'
import { useText } from './words.ts'

/** Approved reviews as a file, without numbers. */
export function ExportMenu() {
  const t = useText()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function save(format: 'json' | 'html') {
    if (isBusy) return
    setBusy(true)
    try {
      saveFile(await exportReviews(format), `reviews.${format}`)
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Menu
        title={t('export.title')}
        trigger={
          <Button icon="download" busy={isBusy}>
            {t('export')}
          </Button>
        }
        groups={[
          (['json', 'html'] as const).map((format) => ({
            id: format,
            label: t(`export.${format}`),
            onSelect: () => void save(format),
          })),
        ]}
      />
      <Dialog open={error !== undefined} onClose={() => setError(undefined)} title={t('export.failed')}>
        <ErrorNote error={error} title={t('export.failed')} />
      </Dialog>
    </>
  )
}
