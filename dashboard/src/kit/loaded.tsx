import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useFormat } from '../i18n/format.ts'
import { ErrorNote } from './notes.tsx'
import { SkeletonRows } from './skeleton.tsx'

/**
 * What a query gave: the shape to come, then the data, which stays while it refreshes. A refusal stands above old data
 * with since when it is old, or in its place.
 */
export function Loaded<Data>({
  query,
  children,
  skeleton,
  title,
}: {
  query: UseQueryResult<Data, unknown>
  children: (data: Data) => ReactNode
  skeleton?: ReactNode
  /** What could not be loaded. */
  title?: ReactNode
}) {
  const format = useFormat()
  const { data, error, dataUpdatedAt, refetch } = query
  if (data === undefined && error === null) return skeleton ?? <SkeletonRows />
  const since = data === undefined ? undefined : format.moment(dataUpdatedAt)
  return (
    <>
      {error === null ? null : (
        <div className="notes">
          <ErrorNote error={error} title={title} since={since} onRetry={() => void refetch()} />
        </div>
      )}
      {data === undefined ? null : children(data)}
    </>
  )
}
