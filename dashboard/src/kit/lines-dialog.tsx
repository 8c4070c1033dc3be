import { type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { TextArea } from './field.tsx'
import { Form, useForm } from './form.tsx'

interface LinesDialogProps<Line, Result> {
  open: boolean
  onClose(): void
  title: ReactNode
  /** What is written, and how. */
  label: string
  hint: string
  dir?: 'ltr'
  /** Its name in the body of the request, where a refusal belongs. */
  field: string
  /** What stands in the text. */
  read(text: string): Line[]
  /** Why these cannot be sent. */
  refuse(lines: readonly Line[]): string | undefined
  action(count: number): string
  send(lines: Line[]): Promise<Result | undefined>
  /** The button below what became of them. */
  close: string
  children(result: Result): ReactNode
}

/** Takes several things written one a line, and says what became of them before it closes. */
export function LinesDialog<Line, Result>(props: LinesDialogProps<Line, Result>) {
  const { open, onClose, title, label, hint, dir, field, read, refuse, action, send, close, children } = props
  const form = useForm()
  const [text, setText] = useState('')
  const [done, setDone] = useState<{ result: Result }>()
  const lines = read(text)
  const refused = refuse(lines)
  const leave = () => {
    setDone(undefined)
    setText('')
    form.clear()
    onClose()
  }
  return (
    <Dialog open={open} onClose={leave} title={title} wide>
      {done === undefined ? (
        <Form
          state={form}
          fields={[field]}
          onSubmit={async () => {
            if (refused !== undefined) return
            const result = await send(lines)
            if (result !== undefined) setDone({ result })
          }}
          footer={
            <Button type="submit" look="primary" busy={form.isBusy} refused={refused}>
              {action(lines.length)}
            </Button>
          }
        >
          <TextArea
            label={label}
            hint={hint}
            {...(dir === undefined ? {} : { dir })}
            value={text}
            error={form.problem(field)}
            onChange={(event) => setText(event.target.value)}
          />
        </Form>
      ) : (
        <>
          {children(done.result)}
          <footer>
            <Button look="primary" onClick={leave}>
              {close}
            </Button>
          </footer>
        </>
      )}
    </Dialog>
  )
}
