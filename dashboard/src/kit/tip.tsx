import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'

/** Names what is under the pointer or has the focus. Nothing may stand in a tip alone. */
export function Tip({ text, keys, children }: { text: string; keys?: string; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} delay={400} />
      <Tooltip.Portal>
        <Tooltip.Positioner className="layer tips" sideOffset={6}>
          <Tooltip.Popup className="tip">
            {text}
            {keys === undefined ? null : <kbd>{keys}</kbd>}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
