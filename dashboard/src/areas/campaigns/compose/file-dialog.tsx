import { useState } from 'react'
import type { Schemas } from '../../../api/client.ts'
import { useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { TextField } from '../../../kit/field.tsx'
import { FileDrop } from '../../../kit/file-drop.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { Note } from '../../../kit/notes.tsx'
import { listFromFile } from '../queries.ts'
import { useText } from '../words.ts'

interface FileDialogProps {
  open: boolean
  onClose(): void
  onMade(groupId: string): void
}

const shownLines = 20

/** A new list of the people of a CSV file, with what became of its lines. */
export function FileDialog({ open, onClose, onMade }: FileDialogProps) {
  const t = useText()
  const form = useForm()
  const [file, setFile] = useState<File>()
  const [name, setName] = useState('')
  const [country, setCountry] = useState('')
  const [report, setReport] = useState<Schemas['CustomGroupImport']>()
  function close() {
    form.clear()
    setFile(undefined)
    setName('')
    setReport(undefined)
    onClose()
  }
  return (
    <Dialog open={open} onClose={close} title={t('file.title')} wide>
      {report === undefined ? (
        <Form
          state={form}
          fields={['name', 'default_country']}
          onSubmit={async () => {
            if (file === undefined) return
            const made = await listFromFile(name.trim(), file, country.trim().toUpperCase())
            setReport(made.report)
            onMade(made.id)
          }}
          footer={
            <>
              <Button onClick={close}>{t('file.close')}</Button>
              <Button
                look="primary"
                type="submit"
                busy={form.isBusy}
                refused={file === undefined || name.trim() === '' ? t('file.missing') : undefined}
              >
                {t('file.make')}
              </Button>
            </>
          }
        >
          <FileDrop
            accept=".csv,.txt,text/csv"
            onFile={(chosen) => {
              setFile(chosen)
              if (name === '') setName(chosen.name.replace(/\.[a-z]{1,5}$/i, ''))
            }}
          >
            {file === undefined ? t('file.drop') : <bdi>{file.name}</bdi>}
          </FileDrop>
          <TextField
            label={t('file.name')}
            dir="auto"
            value={name}
            error={form.problem('name')}
            onChange={(event) => setName(event.target.value)}
          />
          <TextField
            label={t('file.country')}
            hint={t('file.country_hint')}
            className="ltr"
            maxLength={2}
            value={country}
            error={form.problem('default_country')}
            onChange={(event) => setCountry(event.target.value)}
          />
        </Form>
      ) : (
        <Report report={report} onClose={close} />
      )}
    </Dialog>
  )
}

function Report({ report, onClose }: { report: Schemas['CustomGroupImport']; onClose(): void }) {
  const t = useText()
  const format = useFormat()
  const { added, duplicates, refused, refused_count: count } = report
  return (
    <div className="stack" role="status">
      <p>
        <b>{t('file.added', { count: added })}</b>{' '}
        {duplicates === 0 ? null : t('file.duplicates', { count: duplicates })}
      </p>
      {count === 0 ? null : (
        <Note tone="warn" shape="tri" title={t('file.refused', { count })}>
          <ul>
            {refused.slice(0, shownLines).map(({ line, value, reason }) => (
              <li key={line}>
                {t.rich('file.line', {
                  line: format.number(line),
                  value: <bdi className="mono">{value}</bdi>,
                  reason: <bdi>{reason}</bdi>,
                })}
              </li>
            ))}
          </ul>
        </Note>
      )}
      <div className="tools">
        <Button look="primary" onClick={onClose}>
          {t('file.done')}
        </Button>
      </div>
    </div>
  )
}
