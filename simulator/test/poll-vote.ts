import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { proto } from 'baileys'

const hmac = (key: Uint8Array, data: Uint8Array) => createHmac('sha256', key).update(data).digest()
const hash = (option: string) => createHash('sha256').update(option).digest()

/** Encrypts a vote as a client does, written a second time so that the simulator's own is not its own proof. */
function encrypt(
  secret: Uint8Array,
  { pollId, creator, voter }: { pollId: string; creator: string; voter: string },
  options: string[],
): proto.Message.IPollEncValue {
  const texts = [pollId, creator, voter, 'Poll Vote', '\u0001'].map((text) => Buffer.from(text))
  const key = hmac(hmac(new Uint8Array(32), secret), Buffer.concat(texts))
  const encIv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, encIv)
  cipher.setAAD(Buffer.from(`${pollId}\u0000${voter}`))
  const plaintext = proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(hash) }).finish()
  return {
    encIv,
    encPayload: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]),
  }
}

export const encryptVote = Object.assign(encrypt, { hash })
