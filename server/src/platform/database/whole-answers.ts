import pg from 'pg'

/** An answer without its end: nobody may take what is missing for what is not there. */
export class CutAnswerError extends Error {
  /** "Protocol violation", of the class of broken connections (see outages.ts). */
  readonly code = '08P01'
  constructor() {
    super('the answer of the database was not read to its end')
    this.name = 'CutAnswerError'
  }
}

type Callback = (error: Error | null, result?: unknown) => void

/**
 * The driver's client, which takes a statement for answered when the database is ready for the next one, even though its
 * result never came: such an answer would look like one without rows, a key like one that is unknown. It is an error here.
 */
export class WholeAnswerClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: the driver's method has a dozen overloads, which all pass through here.
  override query(...given: any[]): any {
    const callback = given.at(-1)
    if (typeof callback === 'function') given[given.length - 1] = whole(callback as Callback)
    const answer: unknown = (super.query as (...args: unknown[]) => unknown).apply(this, given)
    return answer instanceof Promise ? answer.then(requireWhole) : answer
  }
}

function whole(callback: Callback): Callback {
  return (error, result) => {
    if (error || isWhole(result)) callback(error, result)
    else callback(new CutAnswerError())
  }
}

function requireWhole(result: unknown): unknown {
  if (!isWhole(result)) throw new CutAnswerError()
  return result
}

/** A result has its command only from the message that completes it; several statements have several results. */
function isWhole(result: unknown): boolean {
  if (Array.isArray(result)) return result.every((one) => isWhole(one))
  return (result as { command?: unknown } | undefined)?.command != null
}
