import { readFile as readWhole } from 'node:fs/promises'
import type { Context } from '../../../context.ts'
import { dropSpool, writeSpool } from '../../../platform/files/spool.ts'
import { readFile } from '../../conversations/media/blobs.service.ts'
import { getMessageFile } from '../../conversations/media/media-download.service.ts'
import { convertToSpeech } from '../../conversations/media/media-intake.service.ts'
import { SoundRefused } from '../models/sounds.service.ts'

/** What providers take; more is made smaller before. */
const mostBytes = 24 * 1024 * 1024
const largestFile = 100 * 1024 * 1024

/** A sound in memory. */
export interface Sound {
  sound: Uint8Array
  mediaType: string
}

/**
 * Gives the sound of a message to `use` as it came, and once more as small speech when it is too large or `use` throws
 * SoundRefused.
 */
export async function withSound<T>(
  ctx: Context,
  message: { tenantId: string; messageId: string },
  use: (sound: Sound) => Promise<T>,
): Promise<T> {
  const file = await getMessageFile(ctx, message.tenantId, message.messageId)
  const spooled = await writeSpool(ctx.config.dataDir, await readFile(ctx, file), largestFile)
  try {
    if (spooled.bytes <= mostBytes) {
      try {
        return await use({ sound: await readWhole(spooled.path), mediaType: file.mimetype })
      } catch (error) {
        if (!(error instanceof SoundRefused)) throw error
        const small = await convertToSpeech(ctx, message.tenantId, spooled.path).catch(() => {
          // The provider's words say more than those of whoever could not convert it.
          throw error
        })
        return await use(small)
      }
    }
    return await use(await convertToSpeech(ctx, message.tenantId, spooled.path))
  } finally {
    await dropSpool(spooled.path)
  }
}
