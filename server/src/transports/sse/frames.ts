import type { StreamFrame } from '../../feature.ts'

/** One server-sent event; line breaks in the data cannot end it, because JSON has none. */
export function encodeFrame({ event, data }: StreamFrame, id?: string): string {
  const head = id === undefined ? '' : `id: ${id}\n`
  const name = event === undefined ? '' : `event: ${event}\n`
  return `${head}${name}data: ${JSON.stringify(data)}\n\n`
}

/** A line that browsers ignore and proxies take for life. */
export const heartbeat = ': still here\n\n'

/** How long a browser waits before it connects again, in milliseconds. */
export const retryFrame = 'retry: 3000\n\n'
