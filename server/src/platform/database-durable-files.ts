import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** What this file needs of Emscripten's file system; the package does not publish its types. */
interface FileStream {
  nfd?: number
  node: unknown
}

interface NodeFileSystem {
  stream_ops: { fsync?: (stream: FileStream) => number }
  realPath(node: unknown): string
}

interface RuntimeModule {
  FS: { filesystems: { NODEFS: NodeFileSystem } }
}

type InitOptions = Parameters<NodeFS['init']>[1]

/**
 * Files whose flush reaches the disk. The stock layer has no fsync operation, so PostgreSQL believes
 * its commits are safe while they only sit in the page cache and a power cut loses them.
 */
export class DurableFiles extends NodeFS {
  override async init(engine: PGlite, options: InitOptions): ReturnType<NodeFS['init']> {
    const result = await super.init(engine, options)
    const install = (module: RuntimeModule): void => {
      const files = module.FS.filesystems.NODEFS
      files.stream_ops.fsync = (stream) => {
        if (stream.nfd !== undefined) fdatasyncSync(stream.nfd)
        else syncDirectory(files.realPath(stream.node))
        return 0
      }
    }
    const preRun = (result.emscriptenOpts.preRun ?? []) as unknown[]
    preRun.push(install)
    return result
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
