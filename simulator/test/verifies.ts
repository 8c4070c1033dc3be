import { requirements } from '../src/requirements.ts'

const known = new Set(requirements.map(({ id }) => id))

/** Says which requirements a test proves. `requirements.test.ts` reads these calls. */
export function verifies(...ids: string[]): void {
  for (const id of ids) if (!known.has(id)) throw new Error(`there is no requirement ${id}`)
}
