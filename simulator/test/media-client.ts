import { request } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Simulator } from '../src/index.ts'

/** Makes this process trust the media server, whose certificate it asks for as any client would. */
export async function trustMedia(simulator: Simulator): Promise<void> {
  const response = await fetch(`${simulator.url.replace('ws:', 'http:')}/media-ca.pem`)
  setDefaultCACertificates([...getCACertificates('default'), await response.text()])
}

/** An answer of the media server. */
export type MediaAnswer = { status: number; headers: Record<string, unknown>; body: Buffer }

/** Asks the media server, trusting its certificate and no other. */
export function askMedia(
  simulator: Simulator,
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: object; body?: Uint8Array } = {},
): Promise<MediaAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers }, ca: simulator.mediaCertificate, agent: false as const }
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status = 0, headers: received } = response
        resolve({ status, headers: received, body: Buffer.concat(chunks) })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
