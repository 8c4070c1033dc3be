const ends: (() => Promise<void>)[] = []

/** Whether several test files run in this process, one after another, and may share what is slow to start. */
export const isShared = process.env['MOLTFLOW_TEST_FILES'] !== undefined

/** Runs when the last test file of a shared process is over. */
export function atEnd(run: () => Promise<void>): void {
  ends.push(run)
}

/** Ends what the files of a process shared, the latest first. */
export async function endShared(): Promise<void> {
  for (const run of ends.splice(0).toReversed()) await run()
}
