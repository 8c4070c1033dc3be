// Preloaded into a measured server by `process-memory.ts`: answers over a local socket what its memory consists of.
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'

/** Bytes of one thread, after a garbage collection. */
export interface ThreadMemory {
  /** 0 is the main thread. */
  thread: number
  heapUsed: number
  heapTotal: number
  /** Outside of the heap but owned by it; a WebAssembly memory is part of it. */
  external: number
  arrayBuffers: number
}

const path = process.env.BENCH_MEMORY_PROBE
const isServer = process.argv[1]?.endsWith('/src/main.ts') === true
const workersAnswerMs = 300

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function look(): ThreadMemory {
  // What finalizers let go in the first round goes in the second.
  collect()
  collect()
  const { heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
  return { thread: threadId, heapUsed, heapTotal, external, arrayBuffers }
}

const channel = new BroadcastChannel('bench memory')
let answers: ThreadMemory[] = []
channel.onmessage = (event) => {
  const { data } = event as { data: ThreadMemory | 'look' }
  if (isMainThread) answers.push(data as ThreadMemory)
  else if (data === 'look') channel.postMessage(look())
}
channel.unref()

async function lookEverywhere(): Promise<ThreadMemory[]> {
  answers = []
  channel.postMessage('look')
  const own = look()
  await new Promise((resolve) => setTimeout(resolve, workersAnswerMs))
  return [own, ...answers]
}

if (path !== undefined && isMainThread && isServer) {
  const server = createServer((socket) => {
    socket.once('data', async (order) => {
      const [word, file] = order.toString().trim().split(' ')
      if (word === 'snapshot') socket.end(JSON.stringify(writeHeapSnapshot(file)))
      else socket.end(JSON.stringify(await lookEverywhere()))
    })
  })
  rmSync(path, { force: true })
  server.listen(path).unref()
}
