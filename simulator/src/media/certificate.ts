import { generate } from 'selfsigned'

/** Key and certificate of the media server, as PEM. */
export type MediaCertificate = { key: string; certificate: string }

const validYears = 10

let made: Promise<MediaCertificate> | undefined

/** The certificate for `localhost` that the media servers of this process show; made at the first call. */
export function mediaCertificate(): Promise<MediaCertificate> {
  made ??= make()
  return made
}

async function make(): Promise<MediaCertificate> {
  // A day of grace, for a client whose clock is behind.
  const notBeforeDate = new Date(Date.now() - 86_400_000)
  const notAfterDate = new Date(notBeforeDate)
  notAfterDate.setFullYear(notAfterDate.getFullYear() + validYears)
  const pems = await generate([{ name: 'commonName', value: 'WhatsApp simulator media' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { key: pems.private, certificate: pems.cert }
}
