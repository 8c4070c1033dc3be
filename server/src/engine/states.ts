/** The five published states of a session (contract, core.md). */
export type SessionStatus = 'stopped' | 'starting' | 'qr_code' | 'working' | 'failed'

/** Why a session is in its state: a closed list, each with a sentence for people. */
export const statusReasons = {
  reconnecting: 'The connection to WhatsApp was lost; it is being restored automatically.',
  unreachable: 'WhatsApp cannot be reached from this server. It keeps trying; check the network or proxy.',
  unavailable: 'WhatsApp answered that the service is unavailable. It keeps trying with growing pauses.',
  replaced: 'Another client took over this connection. Stop the other one, then start the session again.',
  logged_out: 'The phone removed this linked device. Start the session and scan a new code.',
  banned: 'WhatsApp refused this account (banned or restricted). Open WhatsApp on the phone to see why.',
  client_outdated: 'WhatsApp no longer accepts this client version. Update MoltFlow.',
  bad_session: 'The stored keys no longer work. Link the account again with a new code.',
  qr_expired: 'The code was not scanned in time. Start the session again for a new one.',
  pairing_failed: 'Linking did not complete. Start the session and try again.',
  passkey_required:
    'WhatsApp asks for a passkey to link this account, which so far only its own apps can give. It does not ask every time: try again on another day, or link another number.',
  reach_out_locked:
    'WhatsApp does not let this account start new conversations right now. Replies still work.',
  message_capped:
    'WhatsApp limits how many new conversations this account may start, and the number is used up. Replies still work.',
  proxy_unreachable:
    'The proxy of this session cannot be reached or refuses to connect. It keeps trying; check its address and credentials.',
  deaf: 'The connection was open but silent; it was renewed.',
  key_mismatch:
    'The stored session cannot be read with the current installation key. It comes back by itself when the server is started with the key it was linked under; without that key, link the account again.',
  engine_error: 'The WhatsApp engine failed unexpectedly. Start the session again.',
} as const

/** Code of a reason. */
export type StatusReason = keyof typeof statusReasons

/** Why a session left `working` (contract, core.md). */
export type DisconnectCause = 'stop' | 'restart' | 'logout' | 'lost' | 'failed'
