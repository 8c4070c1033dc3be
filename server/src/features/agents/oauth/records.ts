import { createHash } from 'node:crypto'
import type { Context } from '../../../context.ts'
import { SecretUnreadableError, sealText, unsealText } from '../../../platform/secrets.ts'

/** Stands for an id or token: whoever reads the database cannot use what is there. */
export function hashId(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

/** Seals what the authorization server keeps: it holds the token itself. */
export function sealPayload(ctx: Context, kind: string, idHash: string, payload: object): string {
  return sealText(ctx.config, `oauth ${kind} ${idHash}`, JSON.stringify(payload))
}

/** Opens a payload; undefined when its key is gone, which ends what it stands for and nothing else. */
export function openPayload(
  ctx: Context,
  kind: string,
  idHash: string,
  sealed: string,
): Record<string, unknown> | undefined {
  try {
    return JSON.parse(unsealText(ctx.config, `oauth ${kind} ${idHash}`, sealed))
  } catch (error) {
    if (error instanceof SecretUnreadableError) return undefined
    throw error
  }
}
