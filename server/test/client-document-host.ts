import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/** Made for these tests, valid for 127.0.0.1 until 2126, and known to nobody else. */
const certificate = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBnDCCAUGgAwIBAgIUO91YFc5ZcnLtiVxCeNTZ0UEhpW8wCgYIKoZIzj0EAwIw',
  'FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTIwMTAzNDM0NloYDzIxMjYxMTA3',
  'MDM0MzQ2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO',
  'PQMBBwNCAARlvldSAuE8SLeiTGL61O3AruWBcO+CfOTZo+tCSrlkBMSKC+xaIELV',
  'uAtm9fbg0sbst53Vze1bitlPXtIBdvMho28wbTAdBgNVHQ4EFgQUuJzw1zngkDfy',
  '3WUZBRj4Xh2q+WIwHwYDVR0jBBgwFoAUuJzw1zngkDfy3WUZBRj4Xh2q+WIwDwYD',
  'VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI',
  'zj0EAwIDSQAwRgIhAOmlyrMcl7xwsKMt1UtEfDEFlWpfB20bnjMtu3c+23vRAiEA',
  '/fgBKJSxidJuZ1rVAnPEx8pLIVnrx1hQisrAwvHjYWA=',
  '-----END CERTIFICATE-----',
].join('\n')
const privateKey = Buffer.from(
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgE1e8Tzt8lGLG28fDxDOplqFWmkHc69kAQpFmhUWdWrGhRANCAARlvldSAuE8SLeiTGL61O3AruWBcO+CfOTZo+tCSrlkBMSKC+xaIELVuAtm9fbg0sbst53Vze1bitlPXtIBdvMh',
  'base64',
)

/** A host over https that describes clients of OAuth, each at a path of its own. */
export interface ClientDocumentHost {
  /** Without a slash at its end. */
  origin: string
  /** What is answered by path; a number is a status. */
  documents: Map<string, unknown>
  /** Paths in the order in which they were asked for. */
  asked: string[]
  close(): Promise<void>
}

/** Opens it; connections of this process trust its certificate from then on. */
export async function openClientDocumentHost(): Promise<ClientDocumentHost> {
  setDefaultCACertificates([...getCACertificates('default'), certificate])
  const documents = new Map<string, unknown>()
  const asked: string[] = []
  const key = `-----BEGIN ${'PRIVATE'} KEY-----\n${privateKey.toString('base64')}\n-----END ${'PRIVATE'} KEY-----`
  const server = createServer({ key, cert: certificate }, (request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const found = documents.get(path) ?? 404
    if (typeof found === 'number') response.writeHead(found, { location: '/elsewhere' }).end()
    else
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(typeof found === 'string' ? found : JSON.stringify(found))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    documents,
    asked,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
