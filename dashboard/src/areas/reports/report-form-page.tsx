import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { ApiError } from '../../api/api-error.ts'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import { Select, TextField } from '../../kit/field.tsx'
import { Form, type FormState, useForm } from '../../kit/form.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Note } from '../../kit/notes.tsx'
import { freshRule, isPast, isWhole, type Rule, ruleKinds, ruleOf, toRuleBody } from '../../kit/rule.ts'
import { RuleFields } from '../../kit/rule-fields.tsx'
import { Page, PageBody } from '../../shell/page.tsx'
import {
  changeReport,
  createReport,
  type Report,
  type ReportBody,
  type Template,
  useReport,
  useSessions,
  useTemplates,
} from './queries.ts'
import { ReportPreview } from './report-preview.tsx'
import { useTemplateWords } from './report-words.tsx'
import './reports.css'
import { useText } from './words.ts'

/** What the form holds. */
interface Fields {
  name: string
  templateId: Template['id']
  /** Empty for the template's own. */
  days: string
  rows: string
  rule: Rule
  way: Report['delivery_method']
  sessionId: string
}

/** Orders a report. */
export function NewReportPage() {
  const t = useText()
  const { timeZone } = useFormat()
  const { template } = useSearch({ from: '/app/reports/new' })
  const query = useTemplates()
  return (
    <Loaded query={query} title={t('templates.failed')}>
      {(templates) => (
        <ReportForm
          key={timeZone}
          title={t('new')}
          templates={templates}
          id={undefined}
          initial={{
            name: '',
            templateId: templates.find(({ id }) => id === template)?.id ?? 'daily_activity',
            days: '',
            rows: '',
            rule: { ...freshRule(Date.now(), timeZone), kind: 'weekly' },
            way: 'dashboard',
            sessionId: '',
          }}
        />
      )}
    </Loaded>
  )
}

/** Changes one. */
export function EditReportPage() {
  const t = useText()
  const { reportId } = useParams({ from: '/app/reports/$reportId/edit' })
  const query = useReport(reportId)
  const { data: templates } = useTemplates()
  return (
    <Loaded query={query} title={t('one.failed')}>
      {(report) => (
        <ReportForm
          key={report.id}
          title={t('edit.title', { name: report.name })}
          templates={templates ?? []}
          id={report.id}
          initial={{
            name: report.name,
            templateId: report.template_id,
            days: String(report.params.period_days ?? ''),
            rows: String(report.params.max_rows ?? ''),
            rule: ruleOf(report, Date.now()),
            way: report.delivery_method,
            sessionId: report.session_id ?? '',
          }}
        />
      )}
    </Loaded>
  )
}

interface ReportFormProps {
  title: string
  initial: Fields
  templates: readonly Template[]
  id: string | undefined
}

const formFields = [
  ...['name', 'template_id', 'params', 'schedule_type', 'cron_expression', 'scheduled_time', 'timezone'],
  ...['delivery_method', 'session_id'],
]

function bodyOf(fields: Fields): ReportBody {
  const { days, rows } = fields
  return {
    name: fields.name.trim(),
    template_id: fields.templateId,
    ...toRuleBody(fields.rule),
    delivery_method: fields.way,
    ...(fields.way === 'whatsapp' && fields.sessionId !== '' ? { session_id: fields.sessionId } : {}),
    params: {
      ...(days === '' ? {} : { period_days: Number(days) }),
      ...(rows === '' ? {} : { max_rows: Number(rows) }),
    },
  }
}

function ReportForm({ title, initial, templates, id }: ReportFormProps) {
  const t = useText()
  const navigate = useNavigate()
  const words = useTemplateWords()
  const form = useForm()
  const [before] = useState(initial)
  const [fields, setFields] = useState(initial)
  const change = (part: Partial<Fields>) => setFields((old) => ({ ...old, ...part }))
  const goal = useRef(id)
  const template = templates.find((known) => known.id === fields.templateId)
  const kindName = template === undefined ? fields.templateId : words.name(template)
  const body = bodyOf({ ...fields, name: fields.name.trim() === '' ? kindName : fields.name })
  const { template_id: _, schedule_type, cron_expression, scheduled_time, timezone, ...rest } = body
  const timing = { schedule_type, cron_expression, scheduled_time, timezone }
  const isSameRule = JSON.stringify(fields.rule) === JSON.stringify(before.rule)
  // A rule that was left alone is not sent, so that nothing is armed anew.
  const changes = { ...rest, ...(isSameRule ? {} : timing) }
  const missing = isWhole(fields.rule) ? undefined : t('missing.rule')
  // Ordering has no key: whether a try without an answer arrived, only the list tells.
  const isUnsure = id === undefined && form.error instanceof ApiError && form.error.status === 0
  async function send() {
    if (missing !== undefined) return
    if (id === undefined) goal.current = await createReport(body)
    else await changeReport(id, changes)
  }
  function leave() {
    if (goal.current !== undefined)
      void navigate({ to: '/reports/$reportId', params: { reportId: goal.current } })
  }
  const call =
    id === undefined
      ? { method: 'post' as const, path: '/api/v2/reports', body }
      : { method: 'patch' as const, path: '/api/v2/reports/{id}', params: { path: { id } }, body: changes }
  return (
    <Page title={title} crumb={{ to: '/reports', label: t('title') }} actions={<CurlButton calls={[call]} />}>
      <PageBody label={title}>
        <div className="report-form">
          <Form
            state={form}
            fields={formFields}
            onSubmit={send}
            onDone={leave}
            footer={
              <Button type="submit" look="primary" busy={form.isBusy} refused={missing}>
                {t(id === undefined ? 'create' : 'save')}
              </Button>
            }
          >
            <WhatFields
              fields={fields}
              onChange={change}
              form={form}
              templates={templates}
              isFixed={id !== undefined}
            />
            <Select
              label={t('field.kind')}
              value={fields.rule.kind}
              error={form.problem('schedule_type')}
              onChange={({ target }) => {
                const kind = ruleKinds.find((each) => each === target.value) ?? 'weekly'
                change({ rule: { ...fields.rule, kind } })
              }}
              options={ruleKinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
            />
            <RuleFields rule={fields.rule} onChange={(rule) => change({ rule })} problem={form.problem} />
            <WayFields fields={fields} onChange={change} form={form} />
            {isUnsure ? (
              <Note tone="warn" shape="tri" title={t('unsure.title')}>
                {t('unsure.text')}
              </Note>
            ) : null}
          </Form>
          <ReportPreview
            body={{
              name: body.name,
              template_id: fields.templateId,
              params: body.params,
              ...(isWhole(fields.rule) && !isPast(fields.rule, Date.now()) ? timing : { timezone }),
            }}
            zone={fields.rule.timezone}
          />
        </div>
      </PageBody>
    </Page>
  )
}

interface PartProps {
  fields: Fields
  onChange(part: Partial<Fields>): void
  form: FormState
}

function WhatFields({
  fields,
  onChange,
  form,
  templates,
  isFixed,
}: PartProps & { templates: readonly Template[]; isFixed: boolean }) {
  const t = useText()
  const words = useTemplateWords()
  const template = templates.find(({ id }) => id === fields.templateId)
  const usual = (name: string) => template?.parameters.find((parameter) => parameter.name === name)?.default
  return (
    <>
      {isFixed ? (
        <p className="soft">{template === undefined ? null : words.name(template)}</p>
      ) : (
        <Select
          label={t('field.template')}
          value={fields.templateId}
          error={form.problem('template_id')}
          hint={template === undefined ? undefined : words.about(template)}
          onChange={(event) => {
            const chosen = templates.find(({ id }) => id === event.target.value)
            if (chosen !== undefined) onChange({ templateId: chosen.id })
          }}
          options={templates.map((known) => ({ value: known.id, label: words.name(known) }))}
        />
      )}
      <TextField
        label={t('field.name')}
        hint={t('field.name_hint')}
        dir="auto"
        maxLength={255}
        value={fields.name}
        error={form.problem('name')}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <div className="report-pair">
        <TextField
          label={t('field.days')}
          type="number"
          min={1}
          max={90}
          placeholder={String(usual('period_days') ?? '')}
          value={fields.days}
          error={form.problem('params.period_days')}
          onChange={(event) => onChange({ days: event.target.value })}
        />
        <TextField
          label={t('field.rows')}
          type="number"
          min={1}
          max={50}
          placeholder={String(usual('max_rows') ?? '')}
          value={fields.rows}
          error={form.problem('params.max_rows')}
          onChange={(event) => onChange({ rows: event.target.value })}
        />
      </div>
    </>
  )
}

function WayFields({ fields, onChange, form }: PartProps) {
  const t = useText()
  const { data: sessions = [] } = useSessions()
  return (
    <>
      <Select
        label={t('field.way')}
        hint={t(`way_hint.${fields.way}`)}
        value={fields.way}
        error={form.problem('delivery_method')}
        onChange={(event) => onChange({ way: event.target.value === 'whatsapp' ? 'whatsapp' : 'dashboard' })}
        options={(['dashboard', 'whatsapp'] as const).map((value) => ({ value, label: t(`way.${value}`) }))}
      />
      {fields.way === 'whatsapp' ? (
        <Select
          label={t('field.session')}
          value={fields.sessionId}
          error={form.problem('session_id')}
          onChange={(event) => onChange({ sessionId: event.target.value })}
          options={[
            { value: '', label: t('field.session_any') },
            ...sessions.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      ) : null}
    </>
  )
}
