import type { ToolPicture, ToolSteps } from '../../../tool.ts'

/** How often the state is looked at while WhatsApp has not answered, and how many times. */
const pauseMs = 500
const tries = 30

const dataUrl = /^data:(image\/\w{1,10});base64,/

function statusOf(session: unknown): string | undefined {
  const isObject = typeof session === 'object' && session !== null && 'status' in session
  return isObject && typeof session.status === 'string' ? session.status : undefined
}

/** Waits until a session that was started is linked, failed or shows a code; the code goes with the answer. */
export async function showCode(
  started: unknown,
  fields: Readonly<Record<string, unknown>>,
  { call, wait }: ToolSteps,
): Promise<{ answer: unknown; pictures: readonly ToolPicture[] }> {
  let session = started
  for (let count = 0; count < tries && statusOf(session) === 'starting'; count += 1) {
    await wait(pauseMs)
    session = await call('sessions.get', fields)
  }
  if (statusOf(session) !== 'qr_code') return { answer: session, pictures: [] }
  const code = await call('sessions.qr', fields)
  const url = typeof code === 'object' && code !== null && 'qr' in code ? String(code.qr) : ''
  const mimeType = dataUrl.exec(url)?.[1]
  if (mimeType === undefined) return { answer: session, pictures: [] }
  return { answer: session, pictures: [{ mimeType, data: url.slice(url.indexOf(',') + 1) }] }
}
