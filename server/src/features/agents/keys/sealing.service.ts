import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'

/** The two halves of an X25519 key pair, each 32 bytes. */
export interface KeyPair {
  publicKey: Buffer
  privateKey: Buffer
}

/** Who seals for whom, and what is bound to it. */
export interface SealingContext {
  /** Names the use: what was sealed for one opens for no other. */
  info: string
  /** What goes with it in the open and must be what it was. */
  aad: string
}

/** What a sealed text travels as. */
export interface SealedText {
  /** The encapsulated key. */
  enc: Buffer
  ciphertext: Buffer
}

/** It was changed, or sealed by or for somebody else. */
export class NotOpenedError extends Error {
  constructor(cause?: unknown) {
    super('a sealed message could not be opened', { cause })
    this.name = 'NotOpenedError'
  }
}

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})

/** The container of RFC 8410 around the 32 bytes of a private key. */
const privateHead = Buffer.from('302e020100300506032b656e04220420', 'hex')
const keyBytes = 32

/** A new key pair. */
export function generateKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync('x25519')
  const bytes = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-keyBytes)
  return { privateKey: Buffer.from(bytes), publicKey: publicKeyOf(bytes) }
}

/** The public half that belongs to a private one. */
export function publicKeyOf(privateKey: Uint8Array): Buffer {
  const key = createPrivateKey({
    key: Buffer.concat([privateHead, privateKey]),
    format: 'der',
    type: 'pkcs8',
  })
  return Buffer.from(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-keyBytes))
}

/** Seals a text for the holder of `recipient` so that it proves its sender: HPKE in mode Auth (RFC 9180). */
export async function sealFor(
  sender: KeyPair,
  recipient: Uint8Array,
  { info, aad }: SealingContext,
  text: string,
): Promise<SealedText> {
  const senderKey = {
    privateKey: await suite.kem.deserializePrivateKey(sender.privateKey),
    publicKey: await suite.kem.deserializePublicKey(sender.publicKey),
  }
  const recipientPublicKey = await suite.kem.deserializePublicKey(recipient)
  const { enc, ct } = await suite.seal(
    { senderKey, recipientPublicKey, info: Buffer.from(info) },
    Buffer.from(text),
    Buffer.from(aad),
  )
  return { enc: Buffer.from(enc), ciphertext: Buffer.from(ct) }
}

/** Opens what `sealFor` made; throws NotOpenedError for anything that `sender` did not seal for this key. */
export async function openFrom(
  sender: Uint8Array,
  recipient: Pick<KeyPair, 'privateKey'>,
  { info, aad }: SealingContext,
  { enc, ciphertext }: SealedText,
): Promise<string> {
  try {
    const opened = await suite.open(
      {
        senderPublicKey: await suite.kem.deserializePublicKey(sender),
        recipientKey: await suite.kem.deserializePrivateKey(recipient.privateKey),
        enc,
        info: Buffer.from(info),
      },
      ciphertext,
      Buffer.from(aad),
    )
    return Buffer.from(opened).toString()
  } catch (cause) {
    throw new NotOpenedError(cause)
  }
}
