import { readFileSync } from 'node:fs'
import { join } from 'node:path'

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8')
}

/** The set-up page with its style and script: files of their own, so that no policy has to allow inline ones. */
export const setupPages: readonly { path: string; contentType: string; body: string }[] = [
  { path: '/setup', contentType: 'text/html; charset=utf-8', body: read('setup-page.html') },
  { path: '/setup/page.css', contentType: 'text/css; charset=utf-8', body: read('setup-page.css') },
  { path: '/setup/page.js', contentType: 'text/javascript; charset=utf-8', body: read('setup-page.js') },
]
