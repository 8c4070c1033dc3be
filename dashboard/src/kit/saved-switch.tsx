import { type ReactNode, useState } from 'react'
import { Switch } from './field.tsx'
import { ErrorNote } from './notes.tsx'

interface SavedSwitchProps {
  label: ReactNode
  hint?: ReactNode
  checked: boolean
  /** Why it cannot be changed now; stands where the hint stands. */
  refused?: string | undefined
  /** Saves the change; the switch goes back when it is refused, with the reason below. */
  save(isOn: boolean): Promise<unknown>
}

/** Something that is on or off and is saved at once. A second press while the first is under way does nothing. */
export function SavedSwitch({ label, hint, checked, refused, save }: SavedSwitchProps) {
  const [wanted, setWanted] = useState<boolean>()
  const [error, setError] = useState<unknown>()
  const isOff = refused !== undefined || wanted !== undefined
  async function change(isOn: boolean) {
    if (isOff) return
    setWanted(isOn)
    setError(undefined)
    try {
      await save(isOn)
    } catch (refusal) {
      setError(refusal)
    } finally {
      setWanted(undefined)
    }
  }
  return (
    <>
      <Switch
        label={label}
        hint={refused ?? hint}
        checked={wanted ?? checked}
        aria-disabled={refused === undefined ? undefined : true}
        aria-busy={wanted === undefined ? undefined : true}
        onChange={(event) => void change(event.target.checked)}
      />
      {error === undefined ? null : <ErrorNote error={error} />}
    </>
  )
}
