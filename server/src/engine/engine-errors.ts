import { defineError } from '../platform/errors.ts'

export const sessionRunsElsewhere = defineError(
  'session_runs_elsewhere',
  503,
  'The session is running in another process; try again in a moment',
)
export const sessionNotConnected = defineError(
  'session_not_connected',
  400,
  'The session is not connected to WhatsApp',
)
export const sessionNotLinking = defineError(
  'session_not_linking',
  400,
  'The session is not waiting to be linked',
)
export const engineClosed = defineError('engine_closed', 503, 'The server is shutting down')
export const whatsappRefused = defineError('whatsapp_refused', 400, 'WhatsApp refused this')
export const whatsappSilent = defineError('whatsapp_no_answer', 504, 'WhatsApp did not answer in time')
export const whatsappTooManyRequests = defineError(
  'whatsapp_rate_limited',
  429,
  'WhatsApp asks this account to slow down; try again in some minutes',
)
export const waGroupNotFound = defineError('wa_group_not_found', 404, 'WhatsApp knows no such group')
export const notInGroup = defineError('not_in_group', 403, 'The account is not a member of this group')
export const notGroupAdmin = defineError('not_group_admin', 403, 'The account is not an admin of this group')
export const inviteNotFound = defineError(
  'invite_not_found',
  404,
  'The invitation does not exist or was revoked',
)
export const waContactUnknown = defineError(
  'wa_contact_unknown',
  404,
  'WhatsApp knows nobody with this number',
)
export const appStateUnavailable = defineError(
  'app_state_unavailable',
  400,
  'The phone has not shared the keys of its chat settings yet; open WhatsApp on the phone and try again',
)
export const appStateConflict = defineError(
  'app_state_conflict',
  503,
  'Other devices of the account keep changing its settings; try again in a moment',
)
export const notBusinessAccount = defineError(
  'not_business_account',
  400,
  'Labels need a WhatsApp Business account',
)
export const invalidProxyUrl = defineError(
  'invalid_proxy_url',
  422,
  'proxy_url: an address such as http://user:password@host:3128 or socks5://host:1080',
)
export const channelNotFound = defineError('channel_not_found', 404, 'WhatsApp knows no such channel')
export const notChannelAdmin = defineError(
  'not_channel_admin',
  403,
  'The account does not administer this channel',
)
