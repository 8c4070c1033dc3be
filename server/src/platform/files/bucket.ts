import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'
import { Agent, type Dispatcher, request } from 'undici'
import { type BlobBackend, BlobMissingError } from './blob-backend.ts'
import { sealedLength } from './blob-crypto.ts'

/** A bucket of Amazon S3, or of anything that speaks its protocol. */
export interface BucketSettings {
  /** For example `https://s3.eu-central-1.amazonaws.com`; the bucket is named in the path. */
  readonly endpoint: string
  readonly name: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const attempts = 3
const pauseMs = 500
// A bucket that says nothing for so long has lost the connection.
const agent = new Agent({
  connectTimeout: 10_000,
  headersTimeout: 60_000,
  bodyTimeout: 60_000,
  connections: 20,
})

interface Exchange {
  method: 'GET' | 'PUT' | 'DELETE'
  key: string
  headers?: Record<string, string>
  body?: () => Readable
}

/** Sealed files in a bucket, below `media/`. */
export function createBucket(settings: BucketSettings): BlobBackend {
  const urlOf = (key: string) =>
    `${settings.endpoint.replace(/(?<!\/)\/+$/, '')}/${settings.name}/media/${key}`

  async function send({ method, key, headers = {}, body }: Exchange): Promise<Dispatcher.ResponseData> {
    const { accessKeyId, secretAccessKey, region } = settings
    const signer = new AwsV4Signer({
      method,
      url: urlOf(key),
      headers,
      accessKeyId,
      secretAccessKey,
      region,
      service: 's3',
    })
    const signed = await signer.sign()
    const all = { ...headers, ...Object.fromEntries(signed.headers) }
    return request(signed.url, {
      method,
      headers: all,
      dispatcher: agent,
      ...(body === undefined ? {} : { body: body() }),
    })
  }

  /** Asks again when the bucket is busy or the connection broke: every request here may be repeated. */
  async function sendWithRetries(exchange: Exchange): Promise<Dispatcher.ResponseData> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await send(exchange)
        if (attempt === attempts || (response.statusCode < 500 && response.statusCode !== 429))
          return response
        await response.body.dump()
      } catch (error) {
        if (attempt === attempts) throw error
      }
      await wait(pauseMs * 2 ** attempt)
    }
  }

  return {
    async write(key, { stream, bytes, announced }) {
      await announced
      const headers = {
        'content-length': String(sealedLength(bytes)),
        'content-type': 'application/octet-stream',
      }
      const body = () => Readable.from(stream(), { objectMode: false })
      const { statusCode, body: answer } = await sendWithRetries({ method: 'PUT', key, headers, body })
      await answer.dump()
      if (statusCode !== 200) throw new Error(`the bucket answered ${statusCode} to a new file`)
    },
    async read(key, { start, end }) {
      const headers = { range: `bytes=${start}-${end}` }
      const { statusCode, body } = await sendWithRetries({ method: 'GET', key, headers })
      if (statusCode === 206 || (statusCode === 200 && start === 0)) return body
      await body.dump()
      if (statusCode === 404) throw new BlobMissingError()
      throw new Error(`the bucket answered ${statusCode} to a range`)
    },
    async delete(key) {
      const { statusCode, body } = await sendWithRetries({ method: 'DELETE', key })
      await body.dump()
      if (statusCode !== 204 && statusCode !== 200 && statusCode !== 404) {
        throw new Error(`the bucket answered ${statusCode} to a deletion`)
      }
    },
  }
}
