import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Menu } from '../../kit/menu.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { showToast } from '../../kit/toasts.tsx'
import { exportLeads, type LeadFilter } from './queries.ts'
import { useText } from './words.ts'

/** Everything that matches as a file; says when there was more than a file holds. */
export function ExportMenu({ filter, matching }: { filter: LeadFilter; matching: number | undefined }) {
  const t = useText()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function run(format: 'csv' | 'json') {
    if (isBusy) return
    setBusy(true)
    try {
      const { file, left, count } = await exportLeads(filter, format)
      saveFile(file, `leads.${format}`)
      showToast({ text: left > 0 ? t('export.cut', { count }) : t('export.done', { count }) })
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  const refused = matching === 0 ? t('export.nothing') : undefined
  return (
    <>
      <Menu
        trigger={
          <Button icon="download" busy={isBusy} aria-label={t('export')}>
            <span className="desk-only">{t('export')}</span>
          </Button>
        }
        title={matching === undefined ? t('export') : t('export.what', { count: matching })}
        groups={[
          [
            { id: 'csv', label: t('export.csv'), refused, onSelect: () => void run('csv') },
            { id: 'json', label: t('export.json'), refused, onSelect: () => void run('json') },
          ],
        ]}
      />
      <Dialog open={error !== undefined} onClose={() => setError(undefined)} title={t('export.failed')}>
        <ErrorNote error={error} title={t('export.failed')} />
      </Dialog>
    </>
  )
}
