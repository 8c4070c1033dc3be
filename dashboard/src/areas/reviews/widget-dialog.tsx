import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Select, TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { createWidget } from './queries.ts'
import { useText } from './words.ts'

const nameStyles = ['first', 'full', 'initials', 'none'] as const

/** Makes a place where approved reviews are shown. */
export function WidgetDialog({ onClose }: { onClose(): void }) {
  const t = useText()
  const form = useForm()
  const [name, setName] = useState('')
  const [limit, setLimit] = useState('20')
  const [style, setStyle] = useState<(typeof nameStyles)[number]>('first')
  const body = { name: name.trim(), limit: Number(limit), name_style: style }
  return (
    <Dialog open onClose={onClose} title={t('widgets.new')}>
      <Form
        state={form}
        fields={Object.keys(body)}
        onSubmit={() => createWidget(body)}
        onDone={onClose}
        footer={
          <Button type="submit" look="primary" busy={form.isBusy}>
            {t('widgets.create')}
          </Button>
        }
      >
        <TextField
          label={t('field.name')}
          dir="auto"
          maxLength={255}
          value={name}
          error={form.problem('name')}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={t('widgets.limit')}
          type="number"
          min={1}
          max={100}
          value={limit}
          error={form.problem('limit')}
          onChange={(event) => setLimit(event.target.value)}
        />
        <Select
          label={t('widgets.names')}
          value={style}
          onChange={({ target }) => setStyle(nameStyles.find((each) => each === target.value) ?? 'first')}
          options={nameStyles.map((value) => ({ value, label: t(`widgets.names_${value}`) }))}
        />
        <details>
          <summary>{t('as_curl')}</summary>
          <CurlBox call={{ method: 'post', path: '/api/v2/reviews/widgets', body }} />
        </details>
      </Form>
    </Dialog>
  )
}
