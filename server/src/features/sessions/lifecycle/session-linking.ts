import qrcode from 'qrcode'
import type { z } from 'zod'
import type { Context } from '../../../context.ts'
import type { LinkCode } from '../../../engine/engine.ts'
import { parsePhone } from '../../../engine/ids.ts'
import { AppError, validationFailed } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { noCodeToScan, type pairingCodeAnswer, pairingRefused, type qrAnswer } from './sessions.schema.ts'
import { getSession, type SessionRow } from './sessions.service.ts'

// The code is read off a screen from some distance: large modules, and a quiet zone of four (ISO/IEC 18004).
const imageOptions = { width: 512, margin: 4, errorCorrectionLevel: 'L' } as const

async function codeOf(ctx: Context, session: SessionRow): Promise<LinkCode> {
  const code = session.status === 'qr_code' ? await ctx.engine.linkCode(session.id) : undefined
  if (code !== undefined) return code
  throw noCodeToScan.create({ message: `${noCodeToScan.text} (it is ${session.status})` })
}

/** The code to scan as a PNG. */
export async function qrImage(
  ctx: Context,
  session: SessionRow,
): Promise<{ contentType: string; body: Buffer }> {
  const { code } = await codeOf(ctx, session)
  return { contentType: 'image/png', body: await qrcode.toBuffer(code, imageOptions) }
}

/** The code to scan as a data URL and as text. */
export async function qrJson(ctx: Context, session: SessionRow): Promise<z.infer<typeof qrAnswer>> {
  const { code, expiresAt } = await codeOf(ctx, session)
  const qr = await qrcode.toDataURL(code, imageOptions)
  return { session_id: session.id, qr, code, expires_at: toTimestamp(expiresAt) }
}

/** A code to type on the phone; 400 unless the session waits for linking. */
export async function requestPairingCode(
  ctx: Context,
  id: string,
  phoneText: string,
): Promise<z.infer<typeof pairingCodeAnswer>> {
  const phone = parsePhone(phoneText)
  if (phone === undefined) {
    const errors = [{ field: 'phone', message: 'must be a phone number of 7 to 15 digits' }]
    throw validationFailed.create({
      message: 'phone: must be a phone number of 7 to 15 digits',
      details: { errors },
    })
  }
  const session = await getSession(ctx, id)
  await codeOf(ctx, session)
  try {
    const { code, expiresAt } = await ctx.engine.requestPairingCode(id, phone)
    return { code, expires_at: toTimestamp(expiresAt) }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw pairingRefused.create({ cause })
  }
}
