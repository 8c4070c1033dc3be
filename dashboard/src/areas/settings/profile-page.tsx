import { useLanguage } from '../../i18n/language-context.tsx'
import { type Language, languageCodes, languages } from '../../i18n/languages.ts'
import { Card } from '../../kit/card.tsx'
import { FieldGroup, Radio, Select } from '../../kit/field.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { themes, useTheme } from '../../shell/theme.ts'
import { AddressForm, NameForm, PasswordForm } from './account-forms.tsx'
import { useMe } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

/** The own account, and how this browser shows the product. */
export function ProfilePage() {
  const t = useText()
  const query = useMe()
  return (
    <SectionPage section="profile" calls={[{ method: 'get', path: '/api/v2/users/me' }]}>
      <div className="settings">
        <Loaded query={query} title={t('profile.failed')}>
          {(me) => (
            <>
              <Card title={t('profile.you')} text={t(`role.${me.role}_text`)}>
                <NameForm me={me} />
              </Card>
              <Card title={t('profile.sign_in')} text={t('profile.sign_in_text')}>
                <AddressForm me={me} />
                <hr />
                <PasswordForm />
              </Card>
            </>
          )}
        </Loaded>
        <Appearance />
      </div>
    </SectionPage>
  )
}

function Appearance() {
  const t = useText()
  const { language, choose } = useLanguage()
  const [theme, setTheme] = useTheme()
  return (
    <Card title={t('profile.look')} text={t('profile.look_text')}>
      <Select
        label={t('profile.language')}
        value={language}
        onChange={(event) => choose(event.target.value as Language)}
        options={languageCodes.map((code) => ({ value: code, label: languages[code].name }))}
      />
      <FieldGroup legend={t('profile.theme')}>
        {themes.map((name) => (
          <Radio
            key={name}
            name="theme"
            label={t(`theme.${name}`)}
            checked={name === theme}
            onChange={() => setTheme(name)}
          />
        ))}
      </FieldGroup>
    </Card>
  )
}
