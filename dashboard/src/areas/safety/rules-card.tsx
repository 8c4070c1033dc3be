import { useState } from 'react'
import type { CurlCall } from '../../api/curl.ts'
import { useFormat } from '../../i18n/format.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { Menu } from '../../kit/menu.tsx'
import { SavedSwitch } from '../../kit/saved-switch.tsx'
import { RuleDialog } from './rule-dialog.tsx'
import { useText } from './words.ts'

/** A rule of either kind as the card shows it. */
export interface RuleRow {
  id: string
  /** Own rules of the content policy have one. */
  name: string | undefined
  pattern: string
  action: string
  isOn: boolean
  hits: number
}

/** What a rule is made of. */
export interface RuleBody {
  pattern: string
  action: string
  name?: string
}

/** How rules of a kind are made, changed and deleted. */
export interface RuleKind {
  /** What a match can lead to. */
  actions: readonly string[]
  hasName: boolean
  create(body: RuleBody): Promise<void>
  update(id: string, change: Partial<RuleBody> & { isOn?: boolean }): Promise<void>
  remove(id: string): Promise<void>
  curl: CurlCall
}

interface RulesCardProps {
  rules: readonly RuleRow[]
  kind: RuleKind
  /** Why rules cannot be changed by this role. */
  refused: string | undefined
}

type Opened = { is: 'new' } | { is: 'edit' | 'delete'; rule: RuleRow }

/** Own rules with what each of them caught. */
export function RulesCard({ rules, kind, refused }: RulesCardProps) {
  const t = useText()
  const [opened, setOpened] = useState<Opened>()
  const close = () => setOpened(undefined)
  return (
    <section className="card">
      <header>
        <h2>{t('rules.title')}</h2>
        <span className="sp" />
        <Button icon="plus" refused={refused} onClick={() => setOpened({ is: 'new' })}>
          {t('rules.new')}
        </Button>
      </header>
      {rules.length === 0 ? (
        <p className="pad soft">{t('rules.empty')}</p>
      ) : (
        <ul className="rows">
          {rules.map((rule) => (
            <Rule
              key={rule.id}
              rule={rule}
              kind={kind}
              refused={refused}
              onEdit={() => setOpened({ is: 'edit', rule })}
              onDelete={() => setOpened({ is: 'delete', rule })}
            />
          ))}
        </ul>
      )}
      {opened?.is === 'new' ? <RuleDialog kind={kind} onClose={close} /> : null}
      {opened?.is === 'edit' ? <RuleDialog kind={kind} rule={opened.rule} onClose={close} /> : null}
      {opened?.is === 'delete' ? (
        <Confirm
          open
          onClose={close}
          isLoss
          title={t('rules.delete_title')}
          action={t('rules.delete_action')}
          run={() => kind.remove(opened.rule.id)}
        >
          <p>{t.rich('rules.delete_text', { pattern: <bdi className="mono">{opened.rule.pattern}</bdi> })}</p>
        </Confirm>
      ) : null}
    </section>
  )
}

interface RuleProps extends Omit<RulesCardProps, 'rules'> {
  rule: RuleRow
  onEdit(): void
  onDelete(): void
}

function Rule({ rule, kind, refused, onEdit, onDelete }: RuleProps) {
  const t = useText()
  const format = useFormat()
  const name = rule.name ?? rule.pattern
  return (
    <li className="rule">
      <div className="rule-words">
        {rule.name === undefined || rule.name === rule.pattern ? null : <b>{<bdi>{rule.name}</bdi>}</b>}
        <bdi className="mono rule-pattern">{rule.pattern}</bdi>
        <p className="hint">
          {t.of(`action.${rule.action}`)} ·{' '}
          {t('rules.hits', { count: rule.hits, shown: format.number(rule.hits) })}
        </p>
      </div>
      <SavedSwitch
        label={<span className="sr">{t('rules.on', { name })}</span>}
        checked={rule.isOn}
        save={async (isOn) => {
          if (refused === undefined) await kind.update(rule.id, { isOn })
        }}
      />
      <Menu
        trigger={<IconButton icon="dots" label={t('rules.more', { name })} />}
        groups={[
          [
            { id: 'edit', label: t('rules.edit'), refused, onSelect: onEdit },
            { id: 'delete', label: t('rules.delete'), refused, onSelect: onDelete },
          ],
        ]}
      />
    </li>
  )
}
