// The yardstick for many sockets and for what they receive: Baileys alone, keys in memory, nothing stored.
// Argument `stock` leaves the signatures of libsignal as they are.

import { generateMessageIDV2, makeWASocket, WA_CERT_DETAILS } from 'baileys'
import { memoryAuth, silenceConsole, silentLog, useFastSignatures } from './bare-auth.ts'

/** What the parent asks for, one field per message. */
interface Order {
  connect?: { url: string; root: string; from: number; sockets: number }
  count?: boolean
  media?: { to: string; file: string; times: number }
  memory?: boolean
  reconnect?: boolean
}

if (process.argv[2] !== 'stock') useFastSignatures()
silenceConsole()

interface Member {
  auth: ReturnType<typeof memoryAuth>
  socket: ReturnType<typeof makeWASocket>
}

const members: Member[] = []
let url = ''
let received = 0
let firstMs = 0
let lastMs = 0

function connect(index: number, auth = memoryAuth()): void {
  const socket = makeWASocket({
    auth,
    logger: silentLog,
    waWebSocketUrl: url,
    markOnlineOnConnect: false,
  })
  members[index] = { auth, socket }
  socket.ev.process((events) => {
    if (events['creds.update']) Object.assign(auth.creds, events['creds.update'])
    const update = events['connection.update']
    if (update?.qr !== undefined) process.send?.({ [`qr ${index}`]: update.qr })
    if (update?.connection === 'open') process.send?.({ [`open ${index}`]: true })
    const code = (update?.lastDisconnect?.error as { output?: { statusCode?: number } })?.output?.statusCode
    if (update?.connection === 'close' && code === 515) connect(index, auth)
    for (const message of events['messages.upsert']?.messages ?? []) {
      if (message.message?.conversation === undefined && message.message?.extendedTextMessage === undefined)
        continue
      received += 1
      lastMs = performance.now()
      if (received === 1) firstMs = lastMs
    }
  })
}

/** Sends files one after the other, each waiting for the server's ack, as the product's API does. */
async function sendMedia({ to, file, times }: NonNullable<Order['media']>) {
  const socket = members[0]?.socket
  if (socket === undefined) throw new Error('nobody is connected')
  const startedMs = performance.now()
  for (let n = 0; n < times; n++) {
    const messageId = generateMessageIDV2()
    const acked = new Promise((resolve) => socket.ws.once(`CB:ack,id:${messageId}`, resolve))
    const content = { document: { url: file }, mimetype: 'application/octet-stream', fileName: 'bench.bin' }
    await socket.sendMessage(`${to}@s.whatsapp.net`, content, { messageId })
    await acked
  }
  return performance.now() - startedMs
}

process.on('message', async (order: Order) => {
  if (order.connect) {
    WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(order.connect.root, 'hex')
    url = order.connect.url
    for (let n = 0; n < order.connect.sockets; n++) connect(order.connect.from + n)
  }
  if (order.count) {
    process.send?.({ counted: { received, ms: lastMs - firstMs } })
    received = 0
  }
  if (order.media) process.send?.({ media: await sendMedia(order.media) })
  if (order.memory) process.send?.({ memory: process.memoryUsage.rss() / 1024 / 1024 })
  if (order.reconnect) {
    const auths = members.map((member) => member.auth)
    for (const { socket } of members) await socket.end(undefined)
    process.send?.({ ended: true })
    for (const [index, auth] of auths.entries()) connect(index, auth)
  }
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })
