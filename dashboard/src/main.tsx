import './styles/layers.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/built.css'
import './styles/patterns.css'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { DirectionProvider } from '@base-ui/react/direction-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/query-client.ts'
import { LanguageProvider, useLanguage } from './i18n/language-context.tsx'
import { languages } from './i18n/languages.ts'
import { Toasts } from './kit/toasts.tsx'
import { router } from './router.ts'

function Product() {
  const { language } = useLanguage()
  return (
    <DirectionProvider direction={languages[language].direction}>
      <Tooltip.Provider delay={400}>
        <Suspense>
          <RouterProvider router={router} />
          <Toasts />
        </Suspense>
      </Tooltip.Provider>
    </DirectionProvider>
  )
}

const place = document.querySelector('#root')
if (place === null) throw new Error('the page has no root')
createRoot(place).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <LanguageProvider>
          <Product />
        </LanguageProvider>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
)
