// The yardstick: Baileys alone, keys in memory, nothing stored, in a process of its own as the server is.

import { makeWASocket, WA_CERT_DETAILS } from 'baileys'
import { memoryAuth, silenceConsole, silentLog, useFastSignatures } from './bare-auth.ts'

useFastSignatures()
silenceConsole()

const auth = memoryAuth()
let received = 0
let socket: ReturnType<typeof makeWASocket>

function connect(url: string): void {
  socket = makeWASocket({ auth, logger: silentLog, waWebSocketUrl: url, markOnlineOnConnect: false })
  socket.ev.process((events) => {
    if (events['creds.update']) Object.assign(auth.creds, events['creds.update'])
    received += events['messages.upsert']?.messages.length ?? 0
    const update = events['connection.update']
    if (update?.qr !== undefined) process.send?.({ qr: update.qr })
    if (update?.connection === 'open') process.send?.({ open: true })
    if (
      update?.connection === 'close' &&
      (update.lastDisconnect?.error as { output?: { statusCode?: number } })?.output?.statusCode === 515
    )
      connect(url)
  })
}

/** Sends `count` texts, `lanes` at once, each waiting for the server's ack, as the product's API does. */
async function send(to: readonly string[], count: number, lanes: number) {
  const acks = new Map<string, () => void>()
  const onAck = (node: { attrs: Record<string, string> }) => acks.get(node.attrs['id'] ?? '')?.()
  socket.ws.on('CB:ack,class:message', onAck)
  const cpu = process.cpuUsage()
  const startedMs = performance.now()
  let next = 0
  const lane = async () => {
    while (next < count) {
      const n = next++
      const messageId = `3EB0${n.toString(16).padStart(8, '0').toUpperCase()}${Date.now().toString(16).toUpperCase()}`
      const acked = new Promise<void>((resolve) => acks.set(messageId, resolve))
      await socket.sendMessage(`${to[n % to.length]}@s.whatsapp.net`, { text: `bench ${n}` }, { messageId })
      await acked
      acks.delete(messageId)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  socket.ws.off('CB:ack,class:message', onAck)
  const used = process.cpuUsage(cpu)
  return { ms: performance.now() - startedMs, cpuMs: (used.user + used.system) / 1000 }
}

/** Processor time once so many messages have come. */
async function receive(count: number) {
  while (received < count) await new Promise((resolve) => setTimeout(resolve, 20))
  const used = process.cpuUsage()
  return { cpuMs: (used.user + used.system) / 1000 }
}

process.on(
  'message',
  async (message: {
    connect?: { url: string; root: string }
    send?: { to: string[]; count: number; lanes: number }
    receive?: number
  }) => {
    if (message.connect) {
      WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(message.connect.root, 'hex')
      connect(message.connect.url)
    }
    if (message.receive) process.send?.({ received: await receive(message.receive) })
    if (message.send)
      process.send?.({ sent: await send(message.send.to, message.send.count, message.send.lanes) })
  },
)
process.on('disconnect', () => process.exit(0))
// A message that comes before this line is lost, so the parent waits for it.
process.send?.({ ready: true })
