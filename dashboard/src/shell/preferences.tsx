import { useNavigate } from '@tanstack/react-router'
import { signOut } from '../api/access-token.ts'
import { queryClient } from '../api/query-client.ts'
import { useLanguage } from '../i18n/language-context.tsx'
import { languageCodes, languages } from '../i18n/languages.ts'
import { IconButton } from '../kit/button.tsx'
import { Menu, type MenuItem } from '../kit/menu.tsx'
import { useText } from '../words/words.ts'
import { themes, useTheme } from './theme.ts'

/** Theme, language and signing out: under the sun in the side, and under "More" on phones. */
export function PreferencesMenu({ onHelp }: { onHelp?: (() => void) | undefined }) {
  const t = useText()
  const navigate = useNavigate()
  const { language, choose } = useLanguage()
  const [theme, setTheme] = useTheme()
  const leave = async () => {
    await signOut()
    queryClient.clear()
    await navigate({ to: '/sign-in' })
  }
  const themeItems: MenuItem[] = themes.map((name) => ({
    id: name,
    label: t.of(`theme.${name}`),
    checked: name === theme,
    onSelect: () => setTheme(name),
  }))
  const languageItems: MenuItem[] = languageCodes.map((code) => ({
    id: code,
    label: <span lang={code}>{languages[code].name}</span>,
    checked: code === language,
    onSelect: () => choose(code),
  }))
  const ends: MenuItem[] = [
    ...(onHelp === undefined ? [] : [{ id: 'help', label: t('help.title'), keys: '?', onSelect: onHelp }]),
    { id: 'leave', label: t('sign_out'), onSelect: () => void leave() },
  ]
  return (
    <Menu
      trigger={<IconButton icon="sun" label={t('preferences')} />}
      groups={[themeItems, languageItems, ends]}
    />
  )
}
