import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { FieldGroup, Radio, TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import type { RuleKind, RuleRow } from './rules-card.tsx'
import { useText } from './words.ts'

/** Makes a rule, or changes one. */
export function RuleDialog({ kind, rule, onClose }: { kind: RuleKind; rule?: RuleRow; onClose(): void }) {
  const t = useText()
  const form = useForm()
  const [name, setName] = useState(rule?.name ?? '')
  const [pattern, setPattern] = useState(rule?.pattern ?? '')
  const [action, setAction] = useState(rule?.action ?? kind.actions[0] ?? '')
  const body = { pattern, action, ...(kind.hasName && name.trim() !== '' ? { name: name.trim() } : {}) }
  return (
    <Dialog open onClose={onClose} title={t(rule === undefined ? 'rules.new' : 'rules.edit_title')}>
      <Form
        state={form}
        fields={['name', 'pattern', 'action']}
        onSubmit={() => (rule === undefined ? kind.create(body) : kind.update(rule.id, body))}
        onDone={onClose}
        footer={
          <Button type="submit" look="primary" busy={form.isBusy}>
            {t(rule === undefined ? 'rules.create' : 'save')}
          </Button>
        }
      >
        <TextField
          label={t('rules.pattern')}
          hint={t('rules.pattern_hint')}
          className="mono"
          dir="auto"
          autoComplete="off"
          spellCheck={false}
          maxLength={1000}
          value={pattern}
          error={form.problem('pattern')}
          onChange={(event) => setPattern(event.target.value)}
        />
        {kind.hasName ? (
          <TextField
            label={t('rules.name')}
            dir="auto"
            maxLength={255}
            value={name}
            error={form.problem('name')}
            onChange={(event) => setName(event.target.value)}
          />
        ) : null}
        <FieldGroup legend={t('rules.action')}>
          {kind.actions.map((value) => (
            <Radio
              key={value}
              name="action"
              label={t.of(`action.${value}`)}
              hint={t.of(`action.${value}_hint`)}
              checked={value === action}
              onChange={() => setAction(value)}
            />
          ))}
        </FieldGroup>
        <details>
          <summary>{t('as_curl')}</summary>
          <CurlBox call={{ ...kind.curl, body }} />
        </details>
      </Form>
    </Dialog>
  )
}
