import { defineError } from '../../platform/errors.ts'

export const waMediaNone = defineError('wa_media_none', 400, 'The message has no file')
export const waMediaGone = defineError(
  'wa_media_gone',
  404,
  'WhatsApp no longer has the file, and the phone it came from did not bring it again',
)
export const waMediaTooLarge = defineError('wa_media_too_large', 413, 'The file is larger than allowed')
export const waMediaDamaged = defineError(
  'wa_media_damaged',
  400,
  'The file that WhatsApp delivered is not the one that was sent',
)
export const waMediaTimeout = defineError(
  'wa_media_timeout',
  504,
  'WhatsApp did not deliver the file in time',
)
export const waMediaUnreachable = defineError(
  'wa_media_unreachable',
  503,
  'The file could not be got from WhatsApp; try again in a moment',
)
