import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { proto } from 'baileys'
import { sha256 } from '../media/crypto.ts'

/** Under which names a vote is encrypted: both by phone number or both by LID, without devices. */
export type VoteNames = { pollId: string; creator: string; voter: string }

const tagLength = 16

/** Encrypts a vote under the secret of its poll. Inverse of `decryptPollVote` of Baileys. */
export function sealVote(
  secret: Uint8Array,
  names: VoteNames,
  options: readonly string[],
): proto.Message.IPollEncValue {
  const selectedOptions = options.map((option) => sha256(Buffer.from(option)))
  const vote = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish()
  const encIv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, names), encIv)
  cipher.setAAD(additionalData(names))
  const sealed = [cipher.update(vote), cipher.final()]
  return { encIv, encPayload: Buffer.concat([...sealed, cipher.getAuthTag()]) }
}

/** The options a vote chose; throws when it was encrypted under other names or another secret. */
export function openVote(
  secret: Uint8Array,
  names: VoteNames,
  { encIv, encPayload }: proto.Message.IPollEncValue,
  options: readonly string[],
): string[] {
  const payload = Buffer.from(encPayload ?? [])
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret, names), encIv ?? Buffer.alloc(12))
  decipher.setAAD(additionalData(names)).setAuthTag(payload.subarray(-tagLength))
  const plaintext = [decipher.update(payload.subarray(0, -tagLength)), decipher.final()]
  const { selectedOptions } = proto.Message.PollVoteMessage.decode(Buffer.concat(plaintext))
  const chosen = new Set(selectedOptions.map((hash) => Buffer.from(hash).toString('hex')))
  return options.filter((option) => chosen.has(sha256(Buffer.from(option)).toString('hex')))
}

/** HKDF with an empty salt and one block, written out as the protocol describes it. */
function keyOf(secret: Uint8Array, { pollId, creator, voter }: VoteNames): Buffer {
  const extracted = createHmac('sha256', Buffer.alloc(32)).update(secret).digest()
  const info = Buffer.concat([Buffer.from(`${pollId}${creator}${voter}Poll Vote`), Buffer.from([1])])
  return createHmac('sha256', extracted).update(info).digest()
}

function additionalData({ pollId, voter }: VoteNames): Buffer {
  return Buffer.from(`${pollId}\u0000${voter}`)
}
