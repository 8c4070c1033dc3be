import { type ReactNode, useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { FieldGroup, Radio, Select } from '../../kit/field.tsx'
import { Progress } from '../../kit/figures.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import type { LeadSelection } from './lead-bulk.tsx'
import { addToList, type BulkResult, moveLeads, useLists } from './queries.ts'
import { type LeadStatus, leadStatuses, refusalOf } from './status-machine.ts'
import { useText } from './words.ts'

interface BulkDialogProps {
  open: boolean
  onClose(): void
  selection: LeadSelection
}

/** How many of the chosen would go to a state. */
function countMovable({ ids, standingOf }: LeadSelection, to: LeadStatus): number {
  return [...ids].filter((id) => {
    const standing = standingOf(id)
    return standing === undefined || refusalOf(standing, to) === undefined
  }).length
}

/** Moves the chosen leads: says before how many can go, and afterwards how many went and why the others did not. */
export function BulkMoveDialog({ open, onClose, selection }: BulkDialogProps) {
  const t = useText()
  const [ids, setIds] = useState<readonly string[]>()
  const close = () => {
    setIds(undefined)
    onClose()
  }
  const chosen = ids ?? [...selection.ids]
  return (
    <Dialog open={open} onClose={close} title={t('bulk.move_title', { count: chosen.length })} wide>
      <BulkForm
        ids={chosen}
        onStart={setIds}
        onDone={() => {
          selection.clear()
          close()
        }}
      >
        {({ value, setValue }) => ({
          fields: (
            <FieldGroup legend={t('move.title')}>
              {leadStatuses.map((status) => {
                const count = countMovable(selection, status)
                return (
                  <Radio
                    key={status}
                    name="to"
                    label={t.of(`status.${status}`)}
                    hint={t('bulk.can_go', { count, stay: chosen.length - count })}
                    checked={value === status}
                    onChange={() => setValue(status)}
                  />
                )
              })}
            </FieldGroup>
          ),
          action: t('bulk.move_action', {
            count: value === undefined ? 0 : countMovable(selection, value as LeadStatus),
          }),
          refused: refusedMove(t, selection, value as LeadStatus | undefined),
          send: (onProgress) => moveLeads(chosen, value as LeadStatus, onProgress),
          done: (count) => t('bulk.moved', { count }),
          call: {
            path: '/api/v2/leads/bulk/status',
            body: { lead_ids: chosen.slice(0, 3), status: value ?? 'contacted' },
          },
        })}
      </BulkForm>
    </Dialog>
  )
}

function refusedMove(t: ReturnType<typeof useText>, selection: LeadSelection, to: LeadStatus | undefined) {
  if (to === undefined) return t('bulk.choose_state')
  return countMovable(selection, to) === 0 ? t('bulk.none_can') : undefined
}

/** Puts the people of the chosen leads on a list. */
export function AddToListDialog({ open, onClose, selection }: BulkDialogProps) {
  const t = useText()
  const { data } = useLists()
  const [ids, setIds] = useState<readonly string[]>()
  const close = () => {
    setIds(undefined)
    onClose()
  }
  const lists = (data?.groups ?? []).filter((list) => list.filter === null)
  const chosen = ids ?? [...selection.ids]
  return (
    <Dialog open={open} onClose={close} title={t('bulk.list_title', { count: chosen.length })} wide>
      <BulkForm
        ids={chosen}
        onStart={setIds}
        onDone={() => {
          selection.clear()
          close()
        }}
      >
        {({ value, setValue }) => ({
          fields:
            lists.length === 0 ? (
              <p>{t('bulk.no_lists')}</p>
            ) : (
              <Select
                label={t('bulk.which_list')}
                value={value ?? ''}
                options={[
                  { value: '', label: t('bulk.choose') },
                  ...lists.map((list) => ({ value: list.id, label: list.name })),
                ]}
                onChange={(event) => setValue(event.target.value === '' ? undefined : event.target.value)}
              />
            ),
          action: t('bulk.list_action', { count: chosen.length }),
          refused: value === undefined ? t('bulk.choose_list') : undefined,
          send: (onProgress) => addToList(chosen, value ?? '', onProgress),
          done: (count) => t('bulk.added', { count }),
          call: {
            path: '/api/v2/leads/bulk/add-to-group',
            body: { lead_ids: chosen.slice(0, 3), custom_group_id: value ?? '' },
          },
        })}
      </BulkForm>
    </Dialog>
  )
}

interface Step {
  fields: ReactNode
  action: string
  refused: string | undefined
  send(onProgress: (done: number) => void): Promise<BulkResult>
  done(count: number): string
  call: { path: string; body: unknown }
}

interface BulkFormProps {
  ids: readonly string[]
  /** Those it acts on are held from here on, whatever happens to the selection. */
  onStart(ids: readonly string[]): void
  onDone(): void
  children(choice: { value: string | undefined; setValue(value: string | undefined): void }): Step
}

function BulkForm({ ids, onStart, onDone, children }: BulkFormProps) {
  const t = useText()
  const form = useForm()
  const [value, setValue] = useState<string>()
  const [progress, setProgress] = useState(0)
  const [result, setResult] = useState<BulkResult>()
  const step = children({ value, setValue })
  if (result !== undefined) return <Report result={result} words={step.done(result.done)} onDone={onDone} />
  return (
    <Form
      state={form}
      fields={[]}
      onSubmit={async () => {
        if (step.refused !== undefined) return
        onStart(ids)
        setResult(await step.send(setProgress))
      }}
      footer={
        <Button type="submit" look="primary" busy={form.isBusy} refused={step.refused}>
          {step.action}
        </Button>
      }
    >
      {step.fields}
      {form.isBusy ? <Progress value={progress / Math.max(ids.length, 1)} label={step.action} /> : null}
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox call={{ method: 'post', ...step.call }} />
      </details>
    </Form>
  )
}

/** What truly happened, with the reasons of the server. */
function Report({ result, words, onDone }: { result: BulkResult; words: string; onDone(): void }) {
  const t = useText()
  const format = useFormat()
  const { skipped, refused, stopped } = result
  return (
    <>
      <p role="status">
        <b>{words}</b> {skipped === 0 ? null : t('bulk.skipped', { count: skipped })}
      </p>
      {refused.size === 0 ? null : (
        <ul>
          {[...refused].map(([detail, count]) => (
            <li key={detail}>
              <b>{format.number(count)}</b> <span>{detail}</span>
            </li>
          ))}
        </ul>
      )}
      {stopped === undefined ? null : (
        <ErrorNote error={stopped.error} title={t('bulk.stopped', { count: stopped.count })} />
      )}
      <footer>
        <Button look="primary" onClick={onDone}>
          {t('close')}
        </Button>
      </footer>
    </>
  )
}
