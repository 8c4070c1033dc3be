import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Card } from '../../kit/card.tsx'
import { Icon } from '../../kit/icon.tsx'

/** A card with a heading, how many there are, and the way to all of them. */
export function ListCard({
  title,
  count,
  to,
  more,
  children,
}: {
  title: string
  count?: number
  to: LinkProps['to']
  more: string
  children: ReactNode
}) {
  const format = useFormat()
  const beside = (
    <>
      {count === undefined ? null : <span className="mute num">{format.number(count)}</span>}
      <span className="sp" />
      <Link className="more" to={to}>
        {more}
        <Icon name="right" size="s" />
      </Link>
    </>
  )
  return (
    <Card title={title} beside={beside} isFlush>
      {children}
    </Card>
  )
}
