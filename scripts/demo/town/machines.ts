import type { Stage } from './stage.ts'

/** Voice messages of the desk are written down as they come. */
export async function listen({ owner, sessions }: Stage): Promise<void> {
  await owner('PATCH', `/sessions/${sessions.desk}/settings`, { auto_transcribe: true })
}
