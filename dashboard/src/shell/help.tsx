import { useState } from 'react'
import { Dialog } from '../kit/dialog.tsx'
import { Switch } from '../kit/field.tsx'
import { useText } from '../words/words.ts'
import { singleKeys } from './keys.ts'
import { commandKey } from './side.tsx'

/** Keys and the message that tells what they do. */
const rows = [
  [commandKey, 'help.palette'],
  ['/', 'help.search'],
  ['?', 'help.this'],
  ['G O  G I  G L  G C  G S  G W', 'help.go'],
  ['J K', 'help.next'],
  ['Enter', 'help.open'],
  ['Esc', 'help.back'],
  ['X', 'help.select'],
  ['E', 'help.read'],
  ['R', 'help.reply'],
  ['L', 'help.label'],
  ['M', 'help.move'],
  ['P', 'help.panel'],
  ['⇧ C', 'help.curl'],
] as const

/** What every key does, and the switch for single ones. */
export function HelpDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const t = useText()
  const [areOn, setOn] = useState(singleKeys.areOn)
  return (
    <Dialog open={open} onClose={onClose} title={t('help.title')}>
      <dl className="keys">
        {rows.map(([keys, words]) => (
          <div key={words}>
            <dt>
              {keys.split('  ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
      <Switch
        label={t('help.single_keys')}
        hint={t('help.single_keys_hint')}
        checked={areOn}
        onChange={(event) => {
          singleKeys.set(event.target.checked)
          setOn(event.target.checked)
        }}
      />
    </Dialog>
  )
}
