import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { useForm } from '../../../kit/form.tsx'
import { ErrorNote } from '../../../kit/notes.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { type CustomGroup, type Filter, updateList } from '../queries.ts'
import { useText } from '../words.ts'
import { finishedFilter, kindsOf } from './conditions.ts'
import { FilterBuilder } from './filter-builder.tsx'

interface SegmentEditorProps {
  list: CustomGroup
  filter: Filter
}

/** Who belongs to a segment, folded away until it is to be changed. */
export function SegmentEditor({ list, filter }: SegmentEditorProps) {
  const t = useText()
  const form = useForm()
  const [draft, setDraft] = useState<Filter>(filter)
  const [isOpen, setOpen] = useState(false)
  const isSame = JSON.stringify(finishedFilter(draft)) === JSON.stringify(finishedFilter(filter))
  return (
    <details className="segment" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('conditions.count', { count: kindsOf(filter).length })}</summary>
      {isOpen ? (
        <>
          <FilterBuilder filter={draft} onChange={setDraft} />
          {form.error === undefined ? null : <ErrorNote error={form.error} />}
          <div className="tools">
            <Button
              look="primary"
              busy={form.isBusy}
              refused={isSame ? t('same') : undefined}
              onClick={() =>
                void form.submit(async () => {
                  await updateList(list.id, { filter: finishedFilter(draft) })
                  showToast({ text: t('saved') })
                })
              }
            >
              {t('save')}
            </Button>
          </div>
        </>
      ) : null}
    </details>
  )
}
