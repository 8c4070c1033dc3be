import type { SessionKeys } from '../keys/session-keys.ts'

/** A token that WhatsApp wants to see before the account writes to a person who does not know it. */
export interface PrivacyToken {
  jid: string
  token: Buffer
  /** Seconds. */
  timestamp: number
  senderTimestamp: number | undefined
}

interface Stored {
  token?: Uint8Array
  timestamp?: string
  senderTimestamp?: number
}

/** Where the library keeps the addresses that have tokens (`TC_TOKEN_INDEX_KEY` of Baileys 7). */
const indexKey = '__index'

/** Keeps tokens of the history where the library looks for them (`storeTcTokensFromHistorySync` of Baileys 7). */
export async function storePrivacyTokens(keys: SessionKeys, tokens: readonly PrivacyToken[]): Promise<void> {
  if (tokens.length === 0) return
  const jids = tokens.map(({ jid }) => jid)
  const stored = (await keys.read('tctoken', [...jids, indexKey])) as Record<string, Stored | undefined>
  for (const { jid, token, timestamp, senderTimestamp } of tokens) {
    const known = stored[jid]
    if (Number(known?.timestamp ?? 0) >= timestamp) continue
    const sent = senderTimestamp === undefined ? {} : { senderTimestamp }
    keys.write('tctoken', jid, { ...known, token, timestamp: String(timestamp), ...sent })
  }
  const index = [...new Set([...readIndex(stored[indexKey]), ...jids])]
  keys.write('tctoken', indexKey, { token: Buffer.from(JSON.stringify(index)) })
}

function readIndex(entry: Stored | undefined): string[] {
  if (!entry?.token?.length) return []
  try {
    const parsed: unknown = JSON.parse(Buffer.from(entry.token).toString())
    return Array.isArray(parsed) ? parsed.filter((jid) => typeof jid === 'string') : []
  } catch {
    // A garbled index only means that old tokens are not swept; a new one is begun.
    return []
  }
}
