import { createHash } from 'node:crypto'
import { proto } from 'baileys'
import { generateKeyPair, type KeyPair, keyPairFromSeed, sign } from './keys.ts'

/**
 * Root key that signs every simulator unless told otherwise. It is derived from a published sentence on
 * purpose: it is no secret, it vouches for nothing but simulators on a loopback address, and a client can pin
 * its public half as a constant.
 */
export const SIMULATOR_ROOT: KeyPair = keyPairFromSeed(
  createHash('sha256').update('MoltFlow WhatsApp simulator root key, version 1').digest(),
)

/** Public half of the fixed root, 32 bytes as hex. */
export const SIMULATOR_ROOT_PUBLIC_KEY = '4c49b9d81584f8c8da314d389f94b71d7db1c7ac76a746adad594a0f0ad08c19'

/** The server's noise key and the chain that proves it. */
export type ServerCertificate = { root: KeyPair; serverKey: KeyPair; chain: Uint8Array }

const notBefore = 1_700_000_000
const notAfter = 4_102_444_800

/**
 * Makes root -> intermediate -> leaf, where the leaf key is the server's static noise key.
 * Source: `processHandshake` of Baileys wants `issuerSerial` 0 of the intermediate, the leaf signed by the
 * intermediate and the intermediate signed by the pinned root.
 */
export function createServerCertificate(root: KeyPair = SIMULATOR_ROOT): ServerCertificate {
  const intermediate = generateKeyPair()
  const serverKey = generateKeyPair()
  const { Details } = proto.CertChain.NoiseCertificate
  const intermediateDetails = Details.encode({
    serial: 1,
    issuerSerial: 0,
    key: intermediate.public,
    notBefore,
    notAfter,
  }).finish()
  const leafDetails = Details.encode({
    serial: 2,
    issuerSerial: 1,
    key: serverKey.public,
    notBefore,
    notAfter,
  }).finish()
  const chain = proto.CertChain.encode({
    intermediate: { details: intermediateDetails, signature: sign(root.private, intermediateDetails) },
    leaf: { details: leafDetails, signature: sign(intermediate.private, leafDetails) },
  }).finish()
  return { root, serverKey, chain }
}
