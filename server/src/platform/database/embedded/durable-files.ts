import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { sep } from 'node:path'
import { promisify } from 'node:util'
import type { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** What this file needs of Emscripten's file system; the package does not publish its types. */
interface FileStream {
  nfd?: number
  node: unknown
}

interface NodeFileSystem {
  stream_ops: {
    fsync?: (stream: FileStream) => number
    write(stream: FileStream, ...rest: unknown[]): number
  }
  realPath(node: unknown): string
}

interface RuntimeModule {
  FS: { filesystems: { NODEFS: NodeFileSystem } }
}

/** Lines of the engine's log that are kept. */
const keptLines = 20

type InitOptions = Parameters<NodeFS['init']>[1]

const flushConcurrently = promisify(fdatasync)

/**
 * Files whose flush reaches the disk. The stock layer has no fsync operation, so PostgreSQL believes
 * its commits are safe while they only sit in the page cache and a power cut loses them.
 */
export class DurableFiles extends NodeFS {
  /** The log's files that are flushed while the engine goes on, by descriptors of our own. */
  readonly #flushing = new Set<number>()
  /** Collects descriptors while the engine believes that it flushes its log. */
  #collected: number[] | undefined
  readonly #logLines: string[] = []

  /** The engine's last words about what ended it; undefined when it said nothing. */
  get lastComplaint(): string | undefined {
    return this.#logLines
      .findLast((line) => /\b(PANIC|FATAL):/.test(line))
      ?.replace(/^.*?\b(PANIC|FATAL):\s*/, '')
  }

  override async init(engine: PGlite, options: InitOptions): ReturnType<NodeFS['init']> {
    const result = await super.init(engine, options)
    const preRun = (result.emscriptenOpts.preRun ?? []) as unknown[]
    preRun.push((module: RuntimeModule) => this.#install(module.FS.filesystems.NODEFS))
    const hear = (line: unknown): void => {
      this.#logLines.push(String(line))
      if (this.#logLines.length > keptLines) this.#logLines.shift()
    }
    Object.assign(result.emscriptenOpts, { print: hear, printErr: hear })
    return result
  }

  /**
   * Runs `work`, which makes the engine flush its log, and lets the disk do so while the engine goes on: it takes
   * milliseconds. Resolves once the log is on the disk; undefined when there was nothing to wait for. The engine takes
   * its log for flushed at once, so nothing may be answered before, and no other file is written before (see `write`).
   */
  flushLog(work: () => void): Promise<void> | undefined {
    const descriptors: number[] = []
    this.#collected = descriptors
    try {
      work()
    } finally {
      this.#collected = undefined
    }
    if (descriptors.length === 0) return undefined
    return Promise.all(descriptors.map((descriptor) => this.#flush(descriptor))).then(() => undefined)
  }

  async #flush(descriptor: number): Promise<void> {
    this.#flushing.add(descriptor)
    try {
      await flushConcurrently(descriptor)
    } finally {
      this.#flushing.delete(descriptor)
      closeSync(descriptor)
    }
  }

  /** The log before the data: what the engine believes to be on the disk has to be there. */
  #finishLog(): void {
    for (const descriptor of this.#flushing) fdatasyncSync(descriptor)
  }

  #install(files: NodeFileSystem): void {
    const operations = files.stream_ops
    const isLog = ({ node }: FileStream): boolean => files.realPath(node).includes(`${sep}pg_wal${sep}`)
    const { write } = operations
    operations.write = (stream, ...rest) => {
      if (this.#flushing.size > 0 && !isLog(stream)) this.#finishLog()
      return write(stream, ...rest)
    }
    operations.fsync = (stream) => {
      if (this.#collected !== undefined && stream.nfd !== undefined && isLog(stream)) {
        // Of our own: the engine may close its descriptor before the disk is done.
        this.#collected.push(openSync(files.realPath(stream.node), 'r+'))
        return 0
      }
      this.#finishLog()
      if (stream.nfd !== undefined) fdatasyncSync(stream.nfd)
      else syncDirectory(files.realPath(stream.node))
      return 0
    }
  }
}

/** A renamed or created file is only durable once its directory is flushed. */
function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
