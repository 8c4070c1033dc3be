import type { WASocket } from 'baileys'
import type { Clock } from '../../platform/clock.ts'

/** Takes this device off the account's list of linked devices (source: `logout` of Baileys 7, `socket.js`). */
export async function unlinkDevice(
  socket: WASocket,
  jid: string,
  clock: Clock,
  timeoutMs: number,
): Promise<void> {
  const removal = { tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }
  const attrs = { to: '@s.whatsapp.net', type: 'set', xmlns: 'md' }
  const answered = socket.query({ tag: 'iq', attrs, content: [removal] }, timeoutMs).catch(() => undefined)
  await Promise.race([answered, clock.sleep(timeoutMs)])
}

/** Asks the server for a sign of life; resolves with the answer or when the time is over. */
export async function pingServer(socket: WASocket, clock: Clock, timeoutMs: number): Promise<void> {
  const attrs = { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p' }
  const ping = { tag: 'iq', attrs, content: [{ tag: 'ping', attrs: {} }] }
  const answered = socket.query(ping, timeoutMs).catch(() => undefined)
  await Promise.race([answered, clock.sleep(timeoutMs)])
}
