import { compileMessage } from '@lingui/message-utils/compileMessage'
import type { Plugin } from 'vite'

const messageFile = /\/messages\/[a-z]{2}\.json$/

/** Compiles the ICU messages of catalogues, so that no parser goes to the browser. */
export function compileMessages(): Plugin {
  return {
    name: 'moltflow-messages',
    enforce: 'pre',
    transform(code, id) {
      if (!messageFile.test(id)) return undefined
      const words = JSON.parse(code) as Record<string, string>
      const compiled = Object.entries(words).map(([key, text]) => [key, compileMessage(text)])
      return { code: JSON.stringify(Object.fromEntries(compiled)), map: null }
    },
  }
}
