import { answer, type Query } from '../query.ts'
import { stanza } from '../stanza.ts'
import { maxUploadBytes } from './server.ts'
import { mediaOf } from './store.ts'

const ttlSeconds = 300
const authTtlSeconds = 21_600

/** `iq w:m <media_conn>`: where files are, and what to show there. Source: `refreshMediaConn` of Baileys. */
export function handleMediaConnection(query: Query): void {
  const media = mediaOf(query.world)
  const auth = media.tokenOf(query.account.phone)
  const host = stanza('host', {
    hostname: media.host,
    maxContentLengthBytes: maxUploadBytes,
    type: 'primary',
  })
  const attributes = { auth, auth_ttl: authTtlSeconds, ttl: ttlSeconds, max_buckets: 12, id: 1 }
  answer(query, [stanza('media_conn', attributes, [host])])
}
