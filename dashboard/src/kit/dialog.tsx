import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { useText } from '../words/words.ts'
import { IconButton } from './button.tsx'

interface DialogProps {
  open: boolean
  onClose(): void
  title: ReactNode
  children: ReactNode
  /** Buttons, the one that does it last. */
  footer?: ReactNode
  wide?: boolean
}

/** A dialog in the middle: the focus stays inside, Escape closes it, and what opened it has the focus again. */
export function Dialog({ open, onClose, title, children, footer, wide }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className={`dialog floating ${wide ? 'wide' : ''}`}>
          <Base.Title render={(props) => <h3 {...props}>{title}</h3>} />
          <div className="dialog-body">{children}</div>
          {footer === undefined ? null : <footer>{footer}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

/** A sheet at the end of the page, such as a contact on a tablet; the whole screen on phones. */
export function Drawer({ open, onClose, title, children, footer }: DialogProps) {
  const t = useText()
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className="drawer">
          <header className="head">
            <Base.Title
              render={(props) => (
                <h2 {...props} className="cut">
                  {title}
                </h2>
              )}
            />
            <span className="sp" />
            <IconButton icon="x" label={t('close')} onClick={onClose} />
          </header>
          <div className="drawer-body">{children}</div>
          {footer === undefined ? null : <footer>{footer}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
