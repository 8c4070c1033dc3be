import { type ReactNode, useState } from 'react'
import { useText } from '../words/words.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNote } from './notes.tsx'

/** What will happen, counted by the server: `[16, 'wait for their next try and go now']`. */
export type Consequence = readonly [count: ReactNode, words: ReactNode]

interface ConfirmProps {
  open: boolean
  onClose(): void
  /** With verb and number: "Send 17 deliveries again?". */
  title: ReactNode
  children?: ReactNode
  consequences?: readonly Consequence[]
  /** With verb and number: "Send 17 again". */
  action: string
  /** The way out; default "Cancel". */
  keep?: string
  /** Data is lost: the button is red. */
  isLoss?: boolean
  /** What has to be typed first, where data is lost. */
  typed?: { word: string; label: ReactNode }
  /** Why it cannot be done now. */
  refused?: string | undefined
  /** Runs it; a refusal stays in the dialog, with its reason. */
  run(): Promise<unknown>
}

/** Asks before something that matters, says what follows, and shows why it did not work. */
export function Confirm(props: ConfirmProps) {
  const { open, onClose, title, children, consequences, action, keep, isLoss, typed, refused, run } = props
  const t = useText()
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const isMissing = typed !== undefined && text.trim() !== typed.word

  function close() {
    setText('')
    setError(undefined)
    onClose()
  }
  async function act() {
    setBusy(true)
    setError(undefined)
    try {
      await run()
      close()
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  const footer = (
    <>
      <Button onClick={close}>{keep ?? t('cancel')}</Button>
      <Button
        look={isLoss ? 'bad' : 'primary'}
        busy={isBusy}
        refused={refused ?? (isMissing ? t('confirm.type_first') : undefined)}
        onClick={() => void act()}
      >
        {action}
      </Button>
    </>
  )
  return (
    <Dialog open={open} onClose={close} title={title} footer={footer}>
      {children}
      {consequences === undefined ? null : (
        <ul>
          {consequences.map(([count, words], index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: sentences in a fixed order
            <li key={index}>
              <b>{count}</b> {words}
            </li>
          ))}
        </ul>
      )}
      {typed === undefined ? null : (
        <label className="field">
          <span className="label">{typed.label}</span>
          <input
            className="input"
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
      )}
      {error === undefined ? null : <ErrorNote error={error} />}
    </Dialog>
  )
}
