/** Words of a passage that answers. */
export type Answer = readonly [file: string, words: string]
/** A question about this product's own documentation, and the passages that answer it: any of them will do. */
export type TechnicalQuestion = readonly [question: string, ...answers: Answer[]]

/** Files whose passages are searched. */
export const technicalFiles = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/whatsapp.md',
  'docs/guides/alarms.md',
  'docs/guides/configuration.md',
  'docs/guides/getting-started.md',
  'docs/guides/groups-and-people.md',
  'docs/guides/leads.md',
  'docs/guides/live-updates.md',
  'docs/guides/messages.md',
  'docs/guides/operations.md',
  'docs/guides/outreach.md',
  'docs/guides/safety.md',
  'docs/guides/session-health.md',
  'docs/guides/simulator.md',
  'docs/guides/webhooks.md',
  'docs/adr/0001-one-process-no-build-step.md',
  'docs/adr/0002-jobs-with-pg-boss.md',
  'docs/adr/0003-dependencies.md',
  'docs/adr/0004-identity.md',
  'docs/adr/0005-openapi-from-operations.md',
  'docs/adr/0006-group-commit.md',
  'docs/adr/0007-file-thread.md',
  'docs/adr/0008-embedded-broker.md',
  'docs/adr/0009-job-runner.md',
  'docs/adr/0010-functions-in-sql.md',
  'docs/adr/0011-lead-search.md',
  'docs/adr/0012-national-ids.md',
  'docs/adr/0013-short-imports.md',
  'docs/adr/0014-dashboard.md',
] as const

const guide = (name: string) => `docs/guides/${name}.md`

/** Those that the ranking was tuned with. */
export const tunedQuestions: readonly TechnicalQuestion[] = [
  ['I forgot the owner password, how do I get back in?', [guide('operations'), 'npm run admin -- recover']],
  [
    'How do I back up an installation with the embedded database?',
    [guide('operations'), 'stop MoltFlow, copy `MOLTFLOW_DATA_DIR`'],
  ],
  [
    'The audit log shows the address of my reverse proxy instead of the real client',
    [guide('operations'), 'MOLTFLOW_TRUSTED_PROXIES'],
  ],
  [
    'What happens when the disk is full?',
    [guide('operations'), 'the log names the file that found no room'],
    [guide('operations'), 'The disk ... is full'],
  ],
  ['Run a WhatsApp session through a SOCKS proxy', [guide('operations'), '"proxy_url"']],
  [
    'How fast do other processes take over sessions after kill -9?',
    [guide('operations'), 'its leases end after ten seconds'],
  ],
  ['Which endpoint should a load balancer probe for readiness?', [guide('operations'), 'GET /health/ready']],
  [
    'recompute analytics figures after editing rows by hand',
    [guide('operations'), 'npm run admin -- recount'],
  ],
  [
    'verify the signature of a webhook delivery',
    [guide('webhooks'), 'webhook.verify'],
    [guide('webhooks'), 'timingSafeEqual'],
  ],
  [
    'Which header carries the HMAC of the raw body?',
    [guide('webhooks'), 'lower-case hex HMAC-SHA256 of the raw body'],
  ],
  [
    'Can I receive webhooks on a plain http address in my own network?',
    [guide('webhooks'), 'plain `http` works there too'],
  ],
  ['Will the same event be delivered twice?', [guide('webhooks'), 'Deliveries may come twice']],
  [
    'event sent when somebody votes in a poll',
    [guide('webhooks'), '`poll.vote`'],
    [guide('live-updates'), '`poll.vote`'],
  ],
  [
    'status_reason deaf',
    [guide('session-health'), 'the connection was open but silent'],
    [guide('session-health'), 'the timeline says `deaf`'],
  ],
  [
    'How long is a QR code valid?',
    [guide('session-health'), 'The first is good for 60 seconds'],
    ['docs/whatsapp.md', 'the library shows the first for 60 s'],
  ],
  [
    'my session says banned, what now?',
    [guide('session-health'), 'WhatsApp refused the account'],
    [guide('alarms'), 'MoltFlowSessionFailed'],
  ],
  [
    'delay between reconnect attempts',
    [guide('session-health'), 'Pauses between attempts double'],
    ['docs/whatsapp.md', 'pauses double from 1 s to 5 min'],
  ],
  [
    'How many new conversations may a session start per day?',
    [guide('safety'), "20 in a session's first week"],
  ],
  [
    'order of the checks an outgoing message goes through',
    [guide('safety'), 'Every message goes the same way'],
  ],
  [
    'refuse duplicate messages to the same chat',
    [guide('safety'), 'block_duplicates'],
    ['ARCHITECTURE.md', 'the steps in order: session, allow list'],
    [guide('safety'), 'whoever opted out gets nothing that is sent by itself'],
    [guide('getting-started'), 'may start only so many cold conversations per day'],
  ],
  ['Does the content policy block IBAN numbers by default?', [guide('safety'), '`block_bank_accounts`']],
  ['regular expression syntax of anti-spam rules', [guide('safety'), 'RE2 syntax']],
  ['import contacts from a CSV file without header', [guide('outreach'), 'A file without header']],
  ['Which encodings does the contact import understand?', [guide('outreach'), 'else Windows-1252']],
  ['filter people who have not answered for three days', [guide('outreach'), 'no_answer_days']],
  [
    'How long does the bulk sender wait between two messages?',
    [guide('outreach'), '30 to 120 seconds between two messages'],
  ],
  ['pause a campaign during the night', [guide('outreach'), '`quiet_hours`, `time_zone`']],
  ['why was a recipient of my bulk job skipped', [guide('outreach'), '`skip_reason`']],
  ['maximum number of poll options', [guide('messages'), '2 to 12 distinct options']],
  ['How large may a document be that I send?', [guide('messages'), 'documents 100 MB']],
  [
    'upload a file with multipart form data',
    [guide('messages'), '`multipart/form-data` with the file in the field `file`'],
  ],
  ['convert a WAV recording into a voice note', [guide('messages'), 'other sound, also that of WebM']],
  ['Which picture formats are accepted?', [guide('messages'), 'WebP, AVIF, TIFF to JPEG']],
  ['How long can a message still be quoted or forwarded?', [guide('messages'), 'is kept for 7 days']],
  [
    'capture only messages with certain keywords in a group',
    [guide('leads'), 'messages with one of `monitor_keywords`'],
  ],
  ['put a label on the chat of new leads automatically', [guide('leads'), '`auto_label_leads`']],
  [
    'why does the project not use a build step',
    ['docs/adr/0001-one-process-no-build-step.md', 'no build step'],
  ],
  [
    'which package is used for background jobs',
    ['docs/adr/0002-jobs-with-pg-boss.md', 'pg-boss'],
    ['docs/adr/0003-dependencies.md', 'keeps the jobs'],
  ],
  ['Where is file-type used for?', ['docs/adr/0003-dependencies.md', "tells a file's type by its bytes"]],
  [
    'where do queries belong in a feature',
    ['ARCHITECTURE.md', 'queries only in `*.store.ts`'],
    ['CONTRIBUTING.md', 'Each takes the tenant; nobody but the service calls them'],
  ],
  [
    'how many files may a feature folder have',
    ['CONTRIBUTING.md', 'a feature folder 16 files'],
    ['ARCHITECTURE.md', 'has at most 16 files'],
  ],
  ['naming rules for functions in stores and services', ['CONTRIBUTING.md', 'a store may `find`, `list`']],
  [
    'library sends the receipt before the message is stored',
    ['docs/whatsapp.md', 'sends the receipt before it emits'],
  ],
  ['disconnect code 440', ['docs/whatsapp.md', 'another client on the same device']],
  ['characters of a pairing code', ['docs/whatsapp.md', 'A pairing code has 8 characters']],
]

/** Those that were written when everything was decided, and changed nothing. */
export const unseenQuestions: readonly TechnicalQuestion[] = [
  [
    'How do I rotate from the embedded database to several processes?',
    [guide('operations'), 'one; a second on the same directory is refused'],
  ],
  ['What does SIGTERM do to the running server?', [guide('operations'), 'SIGTERM drains']],
  [
    'Is ffmpeg needed and how do I install it?',
    [guide('operations'), 'apt-get install ffmpeg'],
    [guide('messages'), 'ffmpeg and ffprobe on `PATH`'],
  ],
  [
    'What does the metrics endpoint ask for as authorization?',
    [guide('operations'), 'MOLTFLOW_METRICS_TOKEN'],
  ],
  ['Which secrets does the compose file need?', [guide('operations'), 'openssl rand -base64 32']],
  [
    'How quickly must my endpoint answer a webhook?',
    [guide('webhooks'), 'Answer with any 2xx within 10 seconds'],
  ],
  ['send a test event to my webhook', [guide('webhooks'), '`POST /webhooks/{id}/test`']],
  ['remove the secret of a webhook', [guide('webhooks'), '"secret": null']],
  ['session state timeline endpoint', [guide('session-health'), '`GET /sessions/{id}/timeline`']],
  [
    'What can I do when WhatsApp asks for a passkey?',
    [guide('session-health'), 'another day, or another number'],
    ['docs/whatsapp.md', 'passkey_required'],
  ],
  ['unblock somebody whom the spam protection blocked', [guide('safety'), '/antispam/blocks/{id}/lift']],
  ['Are credit card numbers stopped in outgoing messages?', [guide('safety'), '`block_credit_cards`']],
  ['Who may change how strangers are written to?', [guide('safety'), 'which only an owner or admin changes']],
  ['How many members fit into one add call of a list?', [guide('outreach'), 'puts up to 1,000 on it']],
  ['default country for numbers without prefix', [guide('outreach'), '`default_country`']],
  [
    'personalise a bulk message with the name of the recipient',
    [guide('outreach'), '{{name|there}}'],
    [guide('outreach'), '{{name\\|there}}'],
  ],
  [
    'cancel a running bulk job and get the quota back',
    [guide('outreach'), 'the quota for them is given back'],
  ],
  ['What kinds of files may be sent as stickers?', [guide('messages'), 'WebP of 512 by 512']],
  ['length limit of a caption', [guide('messages'), 'caption 1,024 characters']],
  ['forward a message to another chat', [guide('messages'), '/messages/{message_id}/forward']],
]
