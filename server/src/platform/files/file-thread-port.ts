import { readSync, writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { ThreadAnswer, ThreadOrder } from './file-thread.ts'

/** Work on one file; it yields now and then, so that a small file need not wait for a large one. */
export type FileWork<Result> = Generator<void, Result>

/** Does in this thread what a FileThread is asked for. */
export function serveFiles<Task, Result>(work: (task: Task) => FileWork<Result>): void {
  const port = parentPort
  if (port === null) throw new Error('this module is the entry of a thread')
  const post = (answer: ThreadAnswer<Result>): void => port.postMessage(answer)
  const advance = (id: number, steps: FileWork<Result>): void => {
    try {
      const step = steps.next()
      if (step.done === true) post({ id, result: step.value })
      else setImmediate(advance, id, steps)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      post({ id, error: { message, code: (error as NodeJS.ErrnoException).code } })
    }
  }
  port.on('message', ({ id, task }: ThreadOrder<Task>) => advance(id, work(task)))
}

/** Fills the buffer from a position of a file on; answers how many bytes there were. */
export function readFully(fd: number, into: Buffer, position: number): number {
  let read = 0
  while (read < into.length) {
    const more = readSync(fd, into, read, into.length - read, position + read)
    if (more === 0) break
    read += more
  }
  return read
}

/** Writes all of it at a position of a file; a disk that is full takes less at first. */
export function writeFully(fd: number, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(fd, bytes, written, bytes.length - written, position + written)
  }
}
