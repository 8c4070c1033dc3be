import { type ReactNode, useState } from 'react'
import { useText } from '../words/words.ts'
import { Button, IconButton } from './button.tsx'
import { copyText } from './copy-text.ts'

/** How long it says that it was done. */
const doneMs = 2000

/** Copies a text and says so in its own place; without children it is a sign. */
export function CopyButton({
  text,
  label,
  look,
  children,
}: {
  text: string | (() => Promise<string>)
  label?: string
  look?: 'quiet'
  children?: ReactNode
}) {
  const t = useText()
  const [state, setState] = useState<'idle' | 'done' | 'refused'>('idle')
  async function copy() {
    try {
      await copyText(typeof text === 'string' ? text : await text())
      setState('done')
    } catch {
      setState('refused')
    }
    setTimeout(() => setState('idle'), doneMs)
  }
  const told = { idle: undefined, done: t('copied'), refused: t('copy_refused') }[state]
  const act = () => void copy()
  return (
    <>
      {children === undefined ? (
        <IconButton icon="copy" label={told ?? label ?? t('copy')} onClick={act} />
      ) : (
        <Button icon="copy" onClick={act} {...(look === undefined ? {} : { look })}>
          {told ?? children}
        </Button>
      )}
      <span className="sr" role="status">
        {told}
      </span>
    </>
  )
}
