import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { Checkbox, FieldGroup, Select, TextArea, TextField } from '../../../kit/field.tsx'
import { Form, type FormState, useForm } from '../../../kit/form.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { readKeywords } from '../keywords.ts'
import { ModeFields } from '../mode-fields.tsx'
import {
  keywordMatches,
  type MonitorBody,
  type MonitoredGroup,
  updateMonitored,
  useLabels,
} from '../queries.ts'
import { useText } from '../words.ts'
import { KeywordTest } from './keyword-test.tsx'

/** What the form holds: as the API has it, keywords as they are typed. */
interface Draft
  extends Required<
    Pick<
      MonitoredGroup,
      | 'monitor_mode'
      | 'keyword_match'
      | 'auto_respond'
      | 'auto_label_leads'
      | 'skip_admins'
      | 'skip_existing_contacts'
    >
  > {
  words: string
  prompt: string
  template: string
  labelId: string
  interval: string
  cap: string
}

const draftOf = (group: MonitoredGroup): Draft => ({
  monitor_mode: group.monitor_mode,
  keyword_match: group.keyword_match,
  auto_respond: group.auto_respond,
  auto_label_leads: group.auto_label_leads,
  skip_admins: group.skip_admins,
  skip_existing_contacts: group.skip_existing_contacts,
  words: group.monitor_keywords.join('\n'),
  prompt: group.monitor_prompt ?? '',
  template: group.response_template ?? '',
  labelId: group.lead_label_id ?? '',
  interval: String(group.auto_respond_interval_hours),
  cap: String(group.auto_respond_daily_cap),
})

function bodyOf({ words, prompt, template, labelId, interval, cap, ...rest }: Draft): MonitorBody {
  return {
    ...rest,
    ...(rest.monitor_mode === 'keywords' ? { monitor_keywords: readKeywords(words) } : {}),
    monitor_prompt: prompt === '' ? null : prompt,
    response_template: template === '' ? null : template,
    lead_label_id: labelId === '' ? null : labelId,
    auto_respond_interval_hours: Number(interval),
    auto_respond_daily_cap: Number(cap),
  }
}

interface PartProps {
  draft: Draft
  change(part: Partial<Draft>): void
  form: FormState
}

/** How a group is listened to, and beside it what the words would have found. */
export function MonitorForm({ group }: { group: MonitoredGroup }) {
  const t = useText()
  const form = useForm()
  const [draft, setDraft] = useState(() => draftOf(group))
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const keywords = readKeywords(draft.words)
  const isMissing = draft.monitor_mode === 'keywords' && keywords.length === 0
  const isSame = JSON.stringify(bodyOf(draft)) === JSON.stringify(bodyOf(draftOf(group)))
  const refused = isMissing ? t('keywords.missing') : isSame ? t('same') : undefined
  return (
    <div className="two">
      <section className="card" aria-label={t('tab.listening')}>
        <div className="card-in card-all">
          <Form
            state={form}
            fields={[
              'monitor_mode',
              'monitor_keywords',
              'monitor_prompt',
              'response_template',
              'auto_respond_interval_hours',
              'auto_respond_daily_cap',
              'lead_label_id',
            ]}
            onSubmit={async () => {
              if (refused !== undefined) return
              await updateMonitored(group.id, bodyOf(draft))
              showToast({ text: t('saved') })
            }}
            footer={
              <Button type="submit" look="primary" busy={form.isBusy} refused={refused}>
                {t('save')}
              </Button>
            }
          >
            <ModeFields
              mode={draft.monitor_mode}
              onMode={(mode) => change({ monitor_mode: mode })}
              words={draft.words}
              onWords={(words) => change({ words })}
              prompt={draft.prompt}
              onPrompt={(prompt) => change({ prompt })}
              problem={form.problem}
            />
            {draft.monitor_mode === 'keywords' ? (
              <Select
                label={t('field.match')}
                value={draft.keyword_match}
                options={keywordMatches.map((value) => ({ value, label: t.of(`match.${value}`) }))}
                onChange={(event) => change({ keyword_match: event.target.value as Draft['keyword_match'] })}
              />
            ) : null}
            <WhoCounts draft={draft} change={change} form={form} />
            <Answers draft={draft} change={change} form={form} />
          </Form>
        </div>
      </section>
      <KeywordTest group={group} keywords={keywords} match={draft.keyword_match} />
    </div>
  )
}

function WhoCounts({ draft, change, form }: PartProps) {
  const t = useText()
  const { data: labels = [] } = useLabels()
  return (
    <FieldGroup legend={t('field.who')}>
      <Checkbox
        label={t('skip.admins')}
        checked={draft.skip_admins}
        onChange={(event) => change({ skip_admins: event.target.checked })}
      />
      <Checkbox
        label={t('skip.contacts')}
        checked={draft.skip_existing_contacts}
        onChange={(event) => change({ skip_existing_contacts: event.target.checked })}
      />
      <Checkbox
        label={t('label_leads')}
        checked={draft.auto_label_leads}
        onChange={(event) => change({ auto_label_leads: event.target.checked })}
      />
      {draft.auto_label_leads ? (
        <Select
          label={t('field.label')}
          value={draft.labelId}
          error={form.problem('lead_label_id')}
          options={[
            { value: '', label: t('label.default') },
            ...labels.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => change({ labelId: event.target.value })}
        />
      ) : null}
    </FieldGroup>
  )
}

function Answers({ draft, change, form }: PartProps) {
  const t = useText()
  return (
    <FieldGroup legend={t('field.answers')}>
      <Checkbox
        label={t('answer')}
        hint={t('answer_hint')}
        checked={draft.auto_respond}
        onChange={(event) => change({ auto_respond: event.target.checked })}
      />
      {draft.auto_respond ? (
        <>
          <TextArea
            label={t('field.template')}
            hint={t('field.template_hint')}
            value={draft.template}
            error={form.problem('response_template')}
            onChange={(event) => change({ template: event.target.value })}
          />
          <div className="pair-fields">
            <TextField
              label={t('field.interval')}
              type="number"
              min={1}
              value={draft.interval}
              error={form.problem('auto_respond_interval_hours')}
              onChange={(event) => change({ interval: event.target.value })}
            />
            <TextField
              label={t('field.cap')}
              type="number"
              min={0}
              value={draft.cap}
              error={form.problem('auto_respond_daily_cap')}
              onChange={(event) => change({ cap: event.target.value })}
            />
          </div>
        </>
      ) : null}
    </FieldGroup>
  )
}
