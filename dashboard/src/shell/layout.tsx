import { Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { startLive } from '../api/live.ts'
import { LoginDialog } from '../login/login-dialog.tsx'
import { HelpDialog } from './help.tsx'
import { areaInvalidations } from './invalidations.ts'
import { useShellKeys } from './keys.ts'
import { MoreDrawer } from './more-drawer.tsx'
import { OfflineBar } from './offline-bar.tsx'
import { Palette } from './palette.tsx'
import { Side } from './side.tsx'
import { SkipLink } from './skip-link.tsx'
import { Tabs } from './tabs.tsx'

type Opened = 'palette' | 'help' | 'more'

/** Side, page and tabs; what lies over them; and the line on which events come. */
export function Layout() {
  const [opened, setOpened] = useState<Opened>()
  const path = useLocation({ select: ({ pathname }) => pathname })
  const close = () => setOpened(undefined)
  const openPalette = () => setOpened('palette')
  const openHelp = () => setOpened('help')
  useShellKeys({ openPalette, openHelp })
  useEffect(() => startLive(areaInvalidations()), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes what lay over the last one
  useEffect(close, [path])
  return (
    <>
      <SkipLink />
      <div className="app">
        <Side openPalette={openPalette} openHelp={openHelp} />
        <div className="page">
          <OfflineBar />
          <Outlet />
        </div>
        <Tabs openMore={() => setOpened('more')} />
      </div>
      <Palette open={opened === 'palette'} onClose={close} />
      <HelpDialog open={opened === 'help'} onClose={close} />
      <MoreDrawer open={opened === 'more'} onClose={close} />
      <LoginDialog />
    </>
  )
}
