import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from './pages.ts'

const read = (name: string) => readFileSync(join(import.meta.dirname, 'brand', name))
const cacheControl = 'public, max-age=86400'

/** The mark in the tabs of browsers, which ask for `/favicon.ico` whatever a page says. */
export const brandPages: readonly Page[] = [
  { path: '/favicon.ico', contentType: 'image/x-icon', body: read('favicon.ico'), cacheControl },
  { path: '/favicon.svg', contentType: 'image/svg+xml', body: read('favicon.svg'), cacheControl },
]
