import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { CurlButton } from '../../../kit/curl.tsx'
import { FileDrop } from '../../../kit/file-drop.tsx'
import { Note } from '../../../kit/notes.tsx'
import { Page, PageBody } from '../../../shell/page.tsx'
import '../contacts.css'
import { type ImportReport, useList } from '../queries.ts'
import { useText } from '../words.ts'
import { type CsvHead, readFileHead } from './csv-head.ts'
import { ImportForm } from './import-form.tsx'
import { ImportResult } from './import-result.tsx'

const mostBytes = 100_000_000

/** A file of people onto a list: choose, look, map, and what was truly stored. */
export function ImportPage() {
  const t = useText()
  const format = useFormat()
  const { listId } = useParams({ from: '/app/contacts/lists/$listId/import' })
  const { data: list } = useList(listId)
  const [chosen, setChosen] = useState<{ file: File; head: CsvHead }>()
  const [problem, setProblem] = useState<string>()
  const [report, setReport] = useState<ImportReport>()
  async function take(file: File) {
    setProblem(undefined)
    if (file.size > mostBytes) return setProblem(t('import.too_large', { size: format.bytes(mostBytes) }))
    const head = await readFileHead(file)
    if (head.rows.length === 0) return setProblem(t('import.empty'))
    return setChosen({ file, head })
  }
  return (
    <Page
      title={t('import.title')}
      crumb={{ to: '/contacts/lists/$listId', params: { listId }, label: list?.name ?? t('view.lists') }}
      actions={
        <CurlButton
          calls={[
            {
              method: 'post',
              path: '/api/v2/custom-groups/{id}/import',
              params: { path: { id: listId } },
              body: { csv: 'phone,name\n+15550100101,Ada\n' },
            },
          ]}
        />
      }
    >
      <PageBody label={t('import.title')}>
        <div className="import">
          {problem === undefined ? null : (
            <Note tone="bad" shape="tri" title={t('import.not_read')}>
              {problem}
            </Note>
          )}
          {chosen === undefined ? (
            <FileDrop accept=".csv,.txt,.tsv,text/csv" onFile={(file) => void take(file)}>
              {t('import.drop')}
            </FileDrop>
          ) : report === undefined ? (
            <ImportForm
              key={chosen.file.name}
              listId={listId}
              file={chosen.file}
              head={chosen.head}
              onOther={() => setChosen(undefined)}
              onDone={setReport}
            />
          ) : (
            <ImportResult
              report={report}
              listId={listId}
              onAgain={() => {
                setChosen(undefined)
                setReport(undefined)
              }}
            />
          )}
        </div>
      </PageBody>
    </Page>
  )
}
