import { spawn } from 'node:child_process'
import { createTestEngine, RecordingListener } from '/work/main/server/test/harness-engine.ts'
import { openTestDatabase } from '/work/main/server/test/harness-database.ts'
import { openDatabase } from '/work/main/server/src/platform/database-open.ts'
import { runMigrations } from '/work/main/server/src/platform/migrate.ts'
import { mkdtempSync } from 'node:fs'
import pino from 'pino'
const N = Number(process.env.N ?? 2000), C = 20
const port = 4300 + Math.floor(Math.random() * 500)
const sim = spawn(process.execPath, ['/work/main/simulator/src/cli.ts', '--port', String(port), '--control-port', String(port + 1000)], { stdio: 'inherit' })
process.on('exit', () => sim.kill())
const api = async (m: string, p: string, b?: any) => { const r = await fetch(`http://127.0.0.1:${port + 1000}${p}`, { method: m, headers: { 'content-type': 'application/json' }, body: b && JSON.stringify(b) }); const t = await r.text(); if (!r.ok) throw new Error(t); return t ? JSON.parse(t) : undefined }
for (let i = 0; i < 100; i++) { try { await api('GET', '/state'); break } catch { await new Promise((r) => setTimeout(r, 100)) } }
const cpu = () => { const c = process.cpuUsage(); return (c.user + c.system) / 1000 }
const bobs = Array.from({ length: C }, (_, i) => String(15560000000 + i))
for (const p of bobs) await api('POST', '/accounts', { phone: p, name: 'B' })
await api('POST', '/accounts', { phone: '15561111111', name: 'E' })
await api('POST', '/accounts', { phone: '15561111112', name: 'X' })
const mode = process.argv[2]
async function burst(name: string, send: (i: number) => Promise<boolean>) {
  await Promise.all(bobs.map((_, i) => send(i)))
  const c0 = cpu(), t0 = performance.now(); let next = 0, ok = 0
  await Promise.all(Array.from({ length: C }, async (_, w) => { while (next < N) { next++; if (await send(w)) ok++ } }))
  const ms = performance.now() - t0
  console.log(name, `${ok}/${N} ok`, `${(N / ms * 1000).toFixed(0)}/s`, `cpu ${((cpu() - c0) / N).toFixed(2)} ms/msg (process)`)
}
if (mode === 'engine') {
  const dir = mkdtempSync('/tmp/ebdb-')
  const log = pino({ level: 'warn' })
  const db = await openDatabase({ dataDirectory: dir, log, isDurable: process.env.DURABLE !== '0' }); await runMigrations(db)
  const listener = new RecordingListener(); listener.onMessages = async (m) => { got += m.length; calls++ }
  let got = 0, calls = 0
  listener.onStatuses = async () => {}
  const { engine } = createTestEngine({ db, waUrl: `ws://127.0.0.1:${port}`, listener, log })
  const s = { tenantId: '00000000-0000-7000-8000-000000000001', sessionId: '00000000-0000-7000-8000-000000000002' }
  await engine.start(s); await listener.next('state', (x) => x.status === 'qr_code')
  await api('POST', '/accounts/15561111111/scan', { code: engine.qrCode(s.sessionId)!.code })
  await listener.next('state', (x) => x.status === 'working'); await new Promise((r) => setTimeout(r, 1500))
  if (process.env.RECEIPTS === '0') for (const p of bobs) await api('POST', `/accounts/${p}/receipts`, { mode: 'none' })
  await burst('engine', async (i) => (await engine.send({ sessionId: s.sessionId, chatId: `${bobs[i]}@c.us`, waMessageId: engine.newMessageId(s.sessionId), content: { kind: 'text', text: 'hello there, this is a message' } })).kind === 'sent')
  await burst('engine', async (i) => (await engine.send({ sessionId: s.sessionId, chatId: `${bobs[i]}@c.us`, waMessageId: engine.newMessageId(s.sessionId), content: { kind: 'text', text: 'hello there, this is a message' } })).kind === 'sent')
  await new Promise((r) => setTimeout(r, 1500))
  got = 0; calls = 0
  const c0 = cpu(), t0 = performance.now()
  await Promise.all(Array.from({ length: C }, async (_, w) => { for (let k = 0; k < N / C; k++) await api('POST', `/accounts/${bobs[w]}/messages`, { to: '15561111111', text: 'inbound hello ' + k }) }))
  while (got < N) await new Promise((r) => setTimeout(r, 2))
  const ms = performance.now() - t0
  console.log('engine inbound', got, `${(N / ms * 1000).toFixed(0)}/s`, `cpu ${((cpu() - c0) / N).toFixed(2)} ms/msg incl. http client`, 'calls', calls)
  await engine.close(); await db.close()
} else {
  const { default: makeWASocket, generateMessageIDV2, WA_CERT_DETAILS } = await import('baileys'); WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from('4c49b9d81584f8c8da314d389f94b71d7db1c7ac76a746adad594a0f0ad08c19', 'hex')
  const { memAuth } = await import('./.util-scratch.ts').catch(() => ({ memAuth: null })) as any
  console.info = () => {}; console.warn = () => {}
  const logger = pino({ level: 'silent' }) as any
  const auth: any = memAuth ? memAuth() : null
  const acks = new Map<string, () => void>(); let open = false, scanned = false, sock: any, got = 0
  const start = () => {
    sock = makeWASocket({ auth, logger, waWebSocketUrl: `ws://127.0.0.1:${port}`, markOnlineOnConnect: false, emitOwnEvents: false } as any)
    sock.ws.on('CB:ack,class:message', (n: any) => { acks.get(n.attrs.id)?.(); acks.delete(n.attrs.id) })
    sock.ev.on('creds.update', (u: any) => Object.assign(auth.creds, u))
    sock.ev.on('messages.upsert', (u: any) => { got += u.messages.filter((m: any) => m.message?.conversation?.startsWith('inbound') || m.message?.extendedTextMessage?.text?.startsWith('inbound')).length })
    sock.ev.on('connection.update', async (u: any) => { if (u.qr && !scanned) { scanned = true; await api('POST', '/accounts/15561111112/scan', { code: u.qr }) } if (u.connection === 'open') open = true; if (u.lastDisconnect?.error?.output?.statusCode === 515) start() })
  }
  start(); while (!open) await new Promise((r) => setTimeout(r, 10)); await new Promise((r) => setTimeout(r, 1500))
  if (process.env.RECEIPTS === '0') for (const p of bobs) await api('POST', `/accounts/${p}/receipts`, { mode: 'none' })
  const send = (i: number) => new Promise<boolean>((res, rej) => { const id = generateMessageIDV2(sock.user.id); acks.set(id, () => res(true)); sock.sendMessage(`${bobs[i]}@s.whatsapp.net`, { text: 'hello there, this is a message' }, { messageId: id }).catch(rej) })
  await burst('bare  ', send); await burst('bare  ', send)
  await new Promise((r) => setTimeout(r, 1500)); got = 0
  const c0 = cpu(), t0 = performance.now()
  await Promise.all(Array.from({ length: C }, async (_, w) => { for (let k = 0; k < N / C; k++) await api('POST', `/accounts/${bobs[w]}/messages`, { to: '15561111112', text: 'inbound hello ' + k }) }))
  while (got < N) await new Promise((r) => setTimeout(r, 2))
  const ms = performance.now() - t0
  console.log('bare inbound', got, `${(N / ms * 1000).toFixed(0)}/s`, `cpu ${((cpu() - c0) / N).toFixed(2)} ms/msg incl. http client`)
}
process.exit(0)
