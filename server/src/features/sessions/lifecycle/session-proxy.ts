import type { Context } from '../../../context.ts'
import type { StartOptions } from '../../../engine/engine.ts'
import { checkProxyAddress, parseProxyUrl } from '../../../platform/outgoing/proxy.ts'
import { sealText, unsealText } from '../../../platform/secrets.ts'
import type { SessionRow } from './sessions.tables.ts'

const purpose = (sessionId: string): string => `sessions.proxy ${sessionId}`

/** The URL as it is stored: it may carry a password. */
export function sealProxy(ctx: Context, sessionId: string, url: string): string {
  return sealText(ctx.config, purpose(sessionId), url)
}

/** The URL of the proxy that a session connects through; null for none. */
export function proxyOf(ctx: Context, row: Pick<SessionRow, 'id' | 'proxy'>): string | null {
  return row.proxy === null ? null : unsealText(ctx.config, purpose(row.id), row.proxy)
}

/** Refuses (400) a proxy that outgoing connections must not reach. */
export async function requireAllowedProxy(ctx: Context, text: string): Promise<void> {
  const url = parseProxyUrl(text)
  if (url === undefined) throw new Error('a proxy URL was not checked')
  await checkProxyAddress(url, ctx.config.outgoingAllow)
}

/** What the engine needs to start a session. A name may lead elsewhere than when it was entered: it is looked up anew. */
export async function startOptionsOf(
  ctx: Context,
  row: Pick<SessionRow, 'id' | 'tenantId' | 'proxy'>,
): Promise<StartOptions> {
  const proxyUrl = proxyOf(ctx, row)
  if (proxyUrl !== null) await requireAllowedProxy(ctx, proxyUrl)
  return { tenantId: row.tenantId, sessionId: row.id, proxyUrl }
}
