/** SQLSTATE of an error, through the wrappers of the query builder; empty when it is no error of the database. */
export function sqlStateOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = (cause as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

const deadlockDetected = '40P01'
/** Merging contacts locks what every message of theirs wants: under load it may lose several times. */
const mostAttempts = 10

/** Runs a transaction again when it met another one that locked the same rows in another order. */
export async function retryDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= mostAttempts || sqlStateOf(error) !== deadlockDetected) throw error
    }
  }
}
