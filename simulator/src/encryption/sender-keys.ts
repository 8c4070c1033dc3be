import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, randomInt } from 'node:crypto'
import { proto } from 'baileys'
import { generateKeyPair, isSigned, type KeyPair, sign, withTypeByte } from './keys.ts'
import { decodePadded, encodePadded } from './virtual-device.ts'

const version = 0x33
const signatureLength = 64
const maxSkippedKeys = 2000
const maxChains = 5

type Chain = {
  id: number
  iteration: number
  key: Buffer
  signingPublic: Buffer
  skipped: Map<number, Buffer>
}
type OwnChain = Chain & { signing: KeyPair }

const hmac = (key: Uint8Array, byte: number) =>
  createHmac('sha256', key)
    .update(Buffer.from([byte]))
    .digest()

function messageKey(seed: Uint8Array): { iv: Buffer; key: Buffer } {
  const derived = Buffer.from(hkdfSync('sha256', seed, Buffer.alloc(32), 'WhisperGroup', 48))
  return { iv: derived.subarray(0, 16), key: derived.subarray(16, 48) }
}

/** Seed of the message key at `iteration`; moves the chain forward and keeps the keys it passes. */
function seedAt(chain: Chain, iteration: number): Buffer {
  const skipped = chain.skipped.get(iteration)
  if (skipped) {
    chain.skipped.delete(iteration)
    return skipped
  }
  if (iteration < chain.iteration) throw new Error(`sender key ${iteration} was used already`)
  if (iteration - chain.iteration > maxSkippedKeys) throw new Error('sender key is too far in the future')
  while (chain.iteration < iteration) {
    chain.skipped.set(chain.iteration, hmac(chain.key, 1))
    advance(chain)
    if (chain.skipped.size > maxSkippedKeys) {
      const oldest = chain.skipped.keys().next().value
      if (oldest !== undefined) chain.skipped.delete(oldest)
    }
  }
  const seed = hmac(chain.key, 1)
  advance(chain)
  return seed
}

function advance(chain: Chain): void {
  chain.key = hmac(chain.key, 2)
  chain.iteration++
}

/**
 * Sender keys of groups: our own chains and those that others sent us. Source: the group cipher of the Signal
 * protocol as Baileys implements it (version byte 0x33, protobuf, 64 bytes of signature).
 */
export class SenderKeys {
  readonly #own = new Map<string, OwnChain>()
  readonly #others = new Map<string, Map<number, Chain>>()

  /** Everything, to save and to restore. */
  saved(): { own: Map<string, OwnChain>; others: Map<string, Map<number, Chain>> } {
    return { own: this.#own, others: this.#others }
  }

  restore({ own, others }: ReturnType<SenderKeys['saved']>): void {
    for (const [group, chain] of own) this.#own.set(group, chain)
    for (const [author, chains] of others) this.#others.set(author, chains)
  }

  /** Forgets our chain for a group, so that who left cannot read on. */
  forget(group: string): void {
    this.#own.delete(group)
  }

  /** The message that lets a device follow our chain from here on. */
  distribution(group: string): Buffer {
    const chain = this.#ownChain(group)
    return Buffer.concat([
      Buffer.from([version]),
      proto.SenderKeyDistributionMessage.encode({
        id: chain.id,
        iteration: chain.iteration,
        chainKey: chain.key,
        signingKey: chain.signingPublic,
      }).finish(),
    ])
  }

  /** Encrypts a message for the group under our chain. */
  encrypt(group: string, message: proto.IMessage): Buffer {
    const chain = this.#ownChain(group)
    const iteration = chain.iteration
    const { iv, key } = messageKey(seedAt(chain, iteration))
    const cipher = createCipheriv('aes-256-cbc', key, iv)
    const ciphertext = Buffer.concat([cipher.update(encodePadded(message)), cipher.final()])
    const body = Buffer.concat([
      Buffer.from([version]),
      proto.SenderKeyMessage.encode({ id: chain.id, iteration, ciphertext }).finish(),
    ])
    return Buffer.concat([body, sign(chain.signing.private, body)])
  }

  /** Learns a chain of another device; returns its id. A chain we follow already stays where it is. */
  learn(group: string, author: string, distribution: Uint8Array): number {
    const decoded = proto.SenderKeyDistributionMessage.decode(distribution.subarray(1))
    const id = decoded.id ?? 0
    const chains = this.#chainsOf(group, author)
    const known = chains.get(id)
    if (!known) {
      chains.set(id, {
        id,
        iteration: decoded.iteration ?? 0,
        key: Buffer.from(decoded.chainKey ?? []),
        signingPublic: Buffer.from(decoded.signingKey ?? []),
        skipped: new Map(),
      })
      // Clients forget old chains as well; each one who starts new chains would otherwise fill the memory.
      const oldest = chains.keys().next().value
      if (chains.size > maxChains && oldest !== undefined) chains.delete(oldest)
    }
    return id
  }

  /** Decrypts a group message; throws when the chain is unknown or the signature is wrong. */
  decrypt(group: string, author: string, message: Uint8Array): proto.Message {
    const body = message.subarray(0, message.length - signatureLength)
    const parsed = proto.SenderKeyMessage.decode(body.subarray(1))
    const chain = this.#chainsOf(group, author).get(parsed.id ?? 0)
    if (!chain) throw new Error('no sender key for this message')
    if (!isSigned(chain.signingPublic, body, message.subarray(message.length - signatureLength))) {
      throw new Error('the signature of the group message is wrong')
    }
    const { iv, key } = messageKey(seedAt(chain, parsed.iteration ?? 0))
    const decipher = createDecipheriv('aes-256-cbc', key, iv)
    return decodePadded(Buffer.concat([decipher.update(parsed.ciphertext ?? empty), decipher.final()]))
  }

  #ownChain(group: string): OwnChain {
    const known = this.#own.get(group)
    if (known) return known
    const signing = generateKeyPair()
    const chain: OwnChain = {
      id: randomInt(1, 2 ** 31 - 1),
      iteration: 0,
      key: randomBytes(32),
      signing,
      signingPublic: withTypeByte(signing.public),
      skipped: new Map(),
    }
    this.#own.set(group, chain)
    return chain
  }

  #chainsOf(group: string, author: string): Map<number, Chain> {
    const key = `${group}|${author}`
    let chains = this.#others.get(key)
    if (!chains) {
      chains = new Map()
      this.#others.set(key, chains)
    }
    return chains
  }
}

const empty = new Uint8Array(0)

/** Id of the chain a group message was written under. */
export function senderKeyIdOf(message: Uint8Array): number {
  return proto.SenderKeyMessage.decode(message.subarray(1, message.length - signatureLength)).id ?? 0
}
