import { Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { startLive } from '../api/live.ts'
import { LoginDialog } from '../login/login-dialog.tsx'
import { areaInvalidations } from './invalidations.ts'
import { useShellKeys } from './keys.ts'
import { OfflineBar } from './offline-bar.tsx'
import { Side } from './side.tsx'
import { SkipLink } from './skip-link.tsx'
import { Tabs } from './tabs.tsx'

// What lies over the page comes when it is first asked for; the palette a little earlier, or the first letters were lost.
const loadPalette = () => import('./palette.tsx').then((module) => ({ default: module.Palette }))
const paletteAfterMs = 1500
const Palette = lazy(loadPalette)
const HelpDialog = lazy(() => import('./help.tsx').then((module) => ({ default: module.HelpDialog })))
const MoreDrawer = lazy(() => import('./more-drawer.tsx').then((module) => ({ default: module.MoreDrawer })))

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
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette(), paletteAfterMs)
    return () => clearTimeout(timer)
  }, [])
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
      <Suspense>
        {opened === 'palette' ? <Palette open onClose={close} /> : null}
        {opened === 'help' ? <HelpDialog open onClose={close} /> : null}
        {opened === 'more' ? <MoreDrawer open onClose={close} /> : null}
      </Suspense>
      <LoginDialog />
    </>
  )
}
