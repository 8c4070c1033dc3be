import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Tip } from './tip.tsx'

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  look?: 'primary' | 'quiet' | 'bad'
  icon?: IconName
  /** Why it cannot be pressed now; readable, and read out. */
  refused?: string | undefined
  /** Something it started is under way: a second press does nothing. */
  busy?: boolean
  ref?: React.Ref<HTMLButtonElement>
}

/** A button with a word. It is never `disabled`: what cannot be pressed says why and stays in the order of the keys. */
export function Button({ look, icon, refused, busy, children, onClick, className, ...rest }: ButtonProps) {
  const isOff = refused !== undefined || busy === true
  const button = (
    <button
      type="button"
      {...rest}
      className={`btn ${look ?? ''} ${className ?? ''}`}
      aria-disabled={isOff || undefined}
      aria-busy={busy || undefined}
      onClick={isOff ? (event) => event.preventDefault() : onClick}
    >
      {icon === undefined ? null : <Icon name={icon} size="s" />}
      {children}
    </button>
  )
  return refused === undefined ? button : <Tip text={refused}>{button}</Tip>
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon' | 'look'> {
  icon: IconName
  /** Its name, shown as a tip and read out. */
  label: string
  /** Keys that do the same. */
  keys?: string
  look?: 'primary' | 'quiet' | 'bad' | 'line'
  children?: ReactNode
}

/** A button with a sign only; its name is its tip. */
export function IconButton({
  icon,
  label,
  keys,
  look = 'quiet',
  refused,
  busy,
  className,
  onClick,
  children,
  ...rest
}: IconButtonProps) {
  const isOff = refused !== undefined || busy === true
  return (
    <Tip text={refused ?? label} {...(keys === undefined ? {} : { keys })}>
      <button
        type="button"
        {...rest}
        className={`btn icon ${look === 'line' ? '' : look} ${className ?? ''}`}
        aria-label={label}
        aria-disabled={isOff || undefined}
        onClick={isOff ? (event) => event.preventDefault() : onClick}
      >
        {children ?? <Icon name={icon} />}
      </button>
    </Tip>
  )
}
