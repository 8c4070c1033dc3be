import { useEffect, useState } from 'react'
import { type CurlCall, scopesOf, toCurl } from '../api/curl.ts'
import { useFormat } from '../i18n/format.ts'
import { useText } from '../words/words.ts'
import { IconButton } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { Dialog } from './dialog.tsx'

/** A call as a line for a terminal, with the scopes a key needs. */
export function CurlBox({ call }: { call: CurlCall }) {
  const t = useText()
  const format = useFormat()
  const [scopes, setScopes] = useState<readonly string[]>()
  const { method, path } = call
  useEffect(() => {
    let isGone = false
    void scopesOf({ method, path }).then((found) => !isGone && setScopes(found))
    return () => {
      isGone = true
    }
  }, [method, path])
  const line = toCurl(call)
  return (
    <>
      <div className="curl ltr">
        <pre>{line}</pre>
        <CopyButton text={line} label={t('curl.copy')} />
      </div>
      <p className="mute hint">
        {t('curl.no_secret')}{' '}
        {scopes === undefined || scopes.length === 0
          ? null
          : t('curl.scopes', { scopes: format.list(scopes), count: scopes.length })}
      </p>
    </>
  )
}

/** The sign in the head that shows what the page asked, or what a form would send, as curl. ⇧C does the same. */
export function CurlButton({ calls }: { calls: readonly CurlCall[] }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <IconButton icon="curl" label={t('curl.button')} keys="⇧C" data-curl onClick={() => setOpen(true)} />
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={t('curl.button')} wide>
        <div className="stack">
          {calls.map((call) => (
            <div key={toCurl(call)}>
              <CurlBox call={call} />
            </div>
          ))}
        </div>
      </Dialog>
    </>
  )
}
