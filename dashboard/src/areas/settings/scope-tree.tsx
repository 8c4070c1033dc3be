import { Checkbox, FieldGroup } from '../../kit/field.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { useText } from './words.ts'

interface Scope {
  name: string
  description: string
}

interface ScopeTreeProps {
  known: readonly Scope[]
  chosen: ReadonlySet<string>
  onChange(chosen: ReadonlySet<string>): void
}

/** Every scope by what it is about. What the own role does not hold is refused, with the reason. */
export function ScopeTree({ known, chosen, onChange }: ScopeTreeProps) {
  const { holds } = usePermissions()
  const t = useText()
  const subjects = Map.groupBy(known, ({ name }) => name.split(':')[0] ?? name)
  const isAll = chosen.has('*')
  const toggle = (name: string) => {
    const next = new Set(chosen)
    if (!next.delete(name)) next.add(name)
    onChange(next)
  }
  return (
    <div className="scope-tree">
      {[...subjects].map(([subject, scopes]) => (
        <FieldGroup
          key={subject}
          legend={subject === '*' ? t('keys.everything') : <span className="mono ltr">{subject}</span>}
        >
          {scopes.map(({ name, description }) => {
            const isRefused = !holds(name)
            const isIncluded = isAll && name !== '*'
            return (
              <Checkbox
                key={name}
                label={<span className="mono ltr">{name}</span>}
                hint={isRefused ? t('keys.not_yours') : <span lang="en">{description}</span>}
                checked={isIncluded || chosen.has(name)}
                aria-disabled={isRefused || isIncluded || undefined}
                onChange={() => !isRefused && !isIncluded && toggle(name)}
              />
            )
          })}
        </FieldGroup>
      ))}
    </div>
  )
}
