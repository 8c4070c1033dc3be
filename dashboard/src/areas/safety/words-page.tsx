import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { useDraft } from '../../kit/draft.ts'
import { FieldGroup, Radio, TextArea } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { PageBody } from '../../shell/page.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { changeWords, useTenantSettings } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

const fields = ['opt_out_words', 'opt_in_words'] as const
type Field = (typeof fields)[number]
type Words = Record<Field, string[] | null>

/** One word or sentence a line. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** Words that, as a whole message, end what is sent by itself, and those that allow it again. */
export function WordsPage() {
  const t = useText()
  const query = useTenantSettings()
  return (
    <SectionPage section="words" calls={[{ method: 'get', path: '/api/v2/tenant/settings' }]}>
      <PageBody label={t('section.words')}>
        <Loaded query={query} title={t('words.failed')}>
          {(settings) => <WordsForm current={settings} />}
        </Loaded>
      </PageBody>
    </SectionPage>
  )
}

function WordsForm({ current }: { current: Words }) {
  const t = useText()
  const form = useForm()
  const { isLead } = usePermissions()
  // What is typed is kept as text: a line that is not finished is no word yet.
  const [draft, change, drop] = useDraft<Record<Field, string | null>>('words')
  const wanted = (name: Field) => {
    const text = draft[name]
    return text === undefined ? current[name] : text === null ? null : linesOf(text)
  }
  const changed = fields.filter((name) => JSON.stringify(wanted(name)) !== JSON.stringify(current[name]))
  const body = Object.fromEntries(changed.map((name) => [name, wanted(name)]))
  return (
    <div className="narrow">
      <p className="soft">{t('words.text')}</p>
      <Form
        state={form}
        fields={fields}
        onSubmit={async () => {
          await changeWords(body)
          drop()
        }}
        onDone={() => showToast({ text: t('saved') })}
        footer={
          <Button
            type="submit"
            look="primary"
            busy={form.isBusy}
            refused={isLead ? (changed.length === 0 ? t('nothing_changed') : undefined) : t('refused.role')}
          >
            {t('save')}
          </Button>
        }
      >
        {fields.map((name) => {
          const text = draft[name] === undefined ? (current[name]?.join('\n') ?? null) : draft[name]
          return (
            <FieldGroup key={name} legend={t(`words.${name}`)}>
              <Radio
                name={name}
                label={t('words.product')}
                hint={t(`words.${name}_product`)}
                checked={text === null}
                onChange={() => change({ [name]: null })}
              />
              <Radio
                name={name}
                label={t('words.own')}
                checked={text !== null}
                onChange={() => change({ [name]: current[name]?.join('\n') ?? '' })}
              />
              {text === null ? null : (
                <TextArea
                  label={t('words.list')}
                  rows={5}
                  value={text}
                  error={form.problem(name)}
                  onChange={(event) => change({ [name]: event.target.value })}
                />
              )}
            </FieldGroup>
          )
        })}
        <details>
          <summary>{t('as_curl')}</summary>
          <CurlBox call={{ method: 'patch', path: '/api/v2/tenant/settings', body }} />
        </details>
      </Form>
    </div>
  )
}
