import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a peer answers to a path; a function writes by itself. */
export type PeerAnswers = Record<string, unknown | ((response: ServerResponse) => void)>

/** A server that answers like another program, to whoever has its key. */
export interface Peer {
  url: string
  close(): Promise<void>
}

/** Opens it. */
export async function openPeer(header: string, key: string, answers: PeerAnswers): Promise<Peer> {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    if (request.headers[header] !== key) response.writeHead(401).end(`{"error": "wrong key ${key}"}`)
    else if (typeof answer === 'function') answer(response)
    else if (answer === undefined) response.writeHead(404).end('{"error": "not found"}')
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** The key that WAHA signed with; nobody may see it printed. */
export const wahaSecret = 'waha-hmac-key-of-the-shop'

/** Sessions as WAHA lists them with `all=true`. */
export const wahaAnswers = (target: string): PeerAnswers => ({
  '/api/sessions?all=true': [
    {
      name: 'default',
      status: 'WORKING',
      config: {
        webhooks: [
          {
            url: `${target}/hooks/all?token=hidden-token`,
            events: ['message.any', 'message.ack', 'presence.update'],
            hmac: { key: wahaSecret },
            retries: { policy: 'constant', delaySeconds: 2, attempts: 15 },
            customHeaders: [{ name: 'X-Shop', value: 'hidden-header' }],
          },
          { url: `${target}/hooks/presence`, events: ['presence.update'], hmac: null, retries: null },
        ],
      },
      me: { id: '15550100100@c.us', pushName: 'Shop' },
    },
    {
      name: 'second',
      status: 'STOPPED',
      config: {
        webhooks: [
          {
            url: `${target}/hooks/all?token=hidden-token`,
            events: ['session.status'],
            hmac: { key: wahaSecret },
          },
        ],
      },
    },
    { name: 'bare', status: 'STOPPED' },
    { name: 'old', status: 'STOPPED', config: { webhooks: [{ url: 'none', events: ['*'] }] } },
  ],
})

/** Instances as Evolution API lists them: 2.x, 1.x, one without a webhook and one that went meanwhile. */
export const evolutionAnswers = (target: string): PeerAnswers => ({
  '/instance/fetchInstances': [
    { id: '1', name: 'shop one', connectionStatus: 'open', token: 'hidden-instance-token' },
    { instance: { instanceName: 'elder', apikey: 'hidden-instance-key', status: 'open' } },
    { id: '3', name: 'quiet', connectionStatus: 'close' },
    { id: '4', name: 'gone', connectionStatus: 'close' },
    { id: '5', name: 'off', connectionStatus: 'close' },
  ],
  '/webhook/find/shop%20one': {
    ...{ id: 'w1', url: `${target}/evolution`, enabled: true, webhookByEvents: true, webhookBase64: true },
    ...{
      headers: { authorization: 'hidden-header' },
      events: ['MESSAGES_UPSERT', 'CONNECTION_UPDATE', 'LABELS_EDIT'],
    },
  },
  '/webhook/find/elder': {
    webhook: { enabled: true, url: `${target}/elder`, webhook_by_events: false, events: ['SEND_MESSAGE'] },
  },
  '/webhook/find/quiet': null,
  '/webhook/find/off': { enabled: false, url: `${target}/off`, events: [] },
})
