import type { Call, Json } from './http.ts'

/** What the examples are sent to, and what is known of it by now. */
export interface Stage {
  /** The session that the demo has linked. */
  session: string
  simulator: Call
  /** As the owner. */
  owner: Call
  owners: { email: string; password: string }
  /** The latest answer of each operation, by its id. */
  seen: Map<string, Json>
}

/** The answer of an operation that was sent before. */
function answerOf({ seen }: Stage, operation: string): Json {
  const answer = seen.get(operation)
  if (answer === undefined)
    throw new Error(`${operation} has to be sent before: name it earlier in the order`)
  return answer
}

const idFrom =
  (operation: string, field = 'id') =>
  (stage: Stage) =>
    String(answerOf(stage, operation)[field])

async function firstOf(call: Promise<unknown>, key?: string): Promise<string> {
  const answer = (await call) as Json & Json[]
  const list = (key === undefined ? answer : answer[key]) as Json[]
  return String(list[0]?.['id'] ?? '')
}

type Source = (stage: Stage) => unknown

async function tenantId(owner: Call): Promise<string> {
  return String((await owner('GET', '/users/me'))['tenant_id'])
}

/** What stands behind `#` in the link of an invitation. */
function invitationToken(stage: Stage): string {
  return new URL(String(answerOf(stage, 'invitations.create')['link'])).hash.replace('#token=', '')
}

/** Ids and other things that only the reader has, by operation and name, by section and name, or by name. */
export const sources: Record<string, Source> = {
  session_id: ({ session }) => session,
  wa_group_id: idFrom('groups.create_whatsapp_group', 'wa_group_id'),
  message_id: idFrom('messages.send'),
  message_ids: ({ owner, session }) =>
    firstOf(owner('GET', `/messages/chat/${session}/15550100101@c.us`), 'messages'),
  'messages.list.before': ({ owner, session }) =>
    firstOf(owner('GET', `/messages/chat/${session}/15550100101@c.us`), 'messages'),
  'messages.list.after': () => undefined,
  'messages.list.around': () => undefined,
  'messages.search.chat_id': ({ owner }) => firstOf(owner('GET', '/chats'), 'chats'),
  'messages.votes.message_id': idFrom('messages.send_poll'),
  'messages.media.message_id': idFrom('messages.send_media'),
  'messages.unsend.message_id': idFrom('messages.send_location'),
  'api_keys.id': idFrom('api_keys.create'),
  source_id: idFrom('ai.ingest_knowledge'),
  'webhooks.id': ({ owner }) => firstOf(owner('GET', '/webhooks')),
  'webhooks.delete.id': idFrom('webhooks.create'),
  'webhooks.update.id': idFrom('webhooks.create'),
  'webhooks.test.id': idFrom('webhooks.create'),
  delivery_id: async ({ owner }) => {
    const id = await firstOf(owner('GET', '/webhooks'))
    return firstOf(owner('GET', `/webhooks/${id}/deliveries`), 'deliveries')
  },
  delivery_ids: async ({ owner }) => firstOf(owner('GET', '/webhooks/deliveries'), 'deliveries'),
  'chats.id': ({ owner }) => firstOf(owner('GET', '/chats'), 'chats'),
  'style.status.task_id': idFrom('style.train', 'task_id'),
  profile_id: ({ owner }) => firstOf(owner('GET', '/ai/style/profiles')),
  // What is learned here is of all chats and sessions.
  'style.get.contact_id': () => undefined,
  'style.get.wa_chat_id': () => undefined,
  'style.get.session_id': () => undefined,
  'ai_drafts.id': () => '019c4c2e-6a00-7000-8000-000000000001',
  'oauth_grants.id': () => '019c4c2e-6a00-7000-8000-000000000001',
  'agent.tenant_id': ({ owner }) => tenantId(owner),
  // Somebody of another installation.
  'agent.register_peer.tenant_id': () => '019c4c2e-6a00-7000-8000-000000000009',
  'agent.call_webhook.webhook_id': ({ owner }) => firstOf(owner('GET', '/webhooks')),
  'agent.trust_peer.id': idFrom('agent.register_peer'),
  'auto_replies.chat_id': () => '15550100101@c.us',
  rule_id: idFrom('a2a_policy.create_rule'),
  antispam_rule_id: idFrom('antispam.create_rule'),
  'analytics.campaign.job_id': ({ owner }) => firstOf(owner('GET', '/bulk-send'), 'jobs'),
  'labels.id': idFrom('labels.create'),
  'analytics.label_id': idFrom('labels.create'),
  'custom_groups.id': idFrom('custom_groups.create'),
  // One that no job sends to.
  'custom_groups.delete.id': async ({ owner }) =>
    String((await owner('POST', '/custom-groups', { name: 'Former customers' }))['id']),
  custom_group_id: idFrom('custom_groups.create'),
  'custom_groups.from_wa_groups.wa_groups': (stage) => ({
    wa_group_id: answerOf(stage, 'groups.create_whatsapp_group')['wa_group_id'],
    session_id: stage.session,
  }),
  'bulk.id': idFrom('bulk.create'),
  'bulk.preview.recipient_id': async (stage) => {
    const { recipients } = await stage.owner<{ recipients: Json[] }>(
      'GET',
      `/bulk-send/${answerOf(stage, 'bulk.create')['id']}`,
    )
    return String(recipients.find(({ phone }) => phone === '+15550100101')?.['id'])
  },
  'contacts.id': ({ owner }) => firstOf(owner('GET', '/contacts'), 'contacts'),
  'groups.id': idFrom('groups.monitor'),
  group_id: idFrom('groups.monitor'),
  source_group_id: idFrom('groups.monitor'),
  'groups.monitor.wa_group_id': async ({ simulator }) => {
    const { groups } = await simulator<{ groups: { id: string; subject: string }[] }>('GET', '/state')
    return groups.find(({ subject }) => subject === 'Flats to let')?.id ?? ''
  },
  'channels.id': idFrom('channels.create'),
  wa_channel_id: async ({ simulator }) =>
    (await simulator<{ id: string }>('POST', '/channels', { owner: '15550100100', name: 'Old town news' }))
      .id,
  'approvals.id': ({ owner }) => firstOf(owner('GET', '/approvals?status=pending'), 'approvals'),
  'reports.id': idFrom('reports.create'),
  'reports.file.id': async ({ owner }) => String((await runReport(owner))?.['id']),
  execution_id: async ({ owner }) => {
    const report = await runReport(owner)
    return String((report?.['executions'] as Json[] | undefined)?.[0]?.['id'])
  },
  // One that does not end by itself before its turn.
  'bulk.cancel.id': async (stage) => {
    const job = await stage.owner('POST', '/bulk-send', {
      session_id: stage.session,
      custom_group_id: answerOf(stage, 'custom_groups.create')['id'],
      message_content: 'Hello again',
      quiet_hours: { start: '00:00', end: '23:59' },
      time_zone: 'UTC',
    })
    return String(job['id'])
  },
  'leads.id': ({ owner }) => firstOf(owner('GET', '/leads'), 'leads'),
  'review_collectors.id': idFrom('review_collectors.create'),
  'reviews.collector_id': () => undefined,
  'reviews.id': ({ owner }) => firstOf(owner('GET', '/reviews'), 'reviews'),
  'review_widgets.id': idFrom('review_widgets.create'),
  token: idFrom('review_widgets.create', 'token'),
  lead_ids: ({ owner }) => firstOf(owner('GET', '/leads'), 'leads'),
  invite: async ({ simulator }) => {
    const group = { subject: 'Book club', owner: '15550100104', members: ['15550100102'] }
    const { id } = await simulator<{ id: string }>('POST', '/groups', group)
    const { inviteCode } = await simulator<{ inviteCode: string }>('GET', `/groups/${encodeURIComponent(id)}`)
    return `https://chat.whatsapp.com/${inviteCode}`
  },
  call_id: async ({ simulator }) =>
    (await simulator<{ id: string }>('POST', '/accounts/15550100102/calls', { to: '15550100100@c.us' })).id,
  'scheduled_messages.id': idFrom('scheduled_messages.create'),
  'transcripts.message_id': idFrom('messages.send_voice'),
  task_id: idFrom('transcripts.create', 'task_id'),
  'sessions.id': idFrom('sessions.create'),
  'sessions.history.id': ({ session }) => session,
  'sessions.request_history.id': ({ session }) => session,
  'sessions.timeline.id': ({ session }) => session,
  'sessions.set_presence.id': ({ session }) => session,
  'sessions.get_presence.id': ({ session }) => session,
  'invitations.id': async ({ owner }) =>
    String((await owner('POST', '/invitations', { email: 'late@example.com' }))['id']),
  'invitations.open.token': invitationToken,
  'invitations.accept.token': invitationToken,
  'users.id': (stage) => (answerOf(stage, 'invitations.accept')['user'] as Json)['id'],
  'users.transfer_ownership.id': async ({ owner }) => String((await owner('GET', '/users/me'))['id']),
  user_id: async ({ owner }) => String((await owner('GET', '/users/me'))['id']),
  'auth.login.email': ({ owners }) => owners.email,
  'auth.login.password': ({ owners }) => owners.password,
  refresh_token: idFrom('auth.login', 'refresh_token'),
  'auth.logout.refresh_token': idFrom('auth.refresh', 'refresh_token'),
}

/** A report that has run, made when there is none; undefined until it has. */
async function runReport(owner: Call): Promise<Json | undefined> {
  const { reports } = await owner<{ reports: Json[] }>('GET', '/reports?limit=100')
  const known = reports.find(({ name }) => name === 'Now')
  if (known !== undefined) {
    const report = await owner<Json & { executions: Json[] }>('GET', `/reports/${known['id']}`)
    return report.executions.length > 0 ? report : undefined
  }
  await owner('POST', '/reports', { name: 'Now', template_id: 'usage_plan', schedule_type: 'one_time' })
  return undefined
}

/** Whoever comes later: what the others need first, and what ends something last. */
export const order: Record<'first' | 'last', readonly string[]> = {
  first: [
    ...['sessions.create', 'sessions.start', 'sessions.qr', 'sessions.pairing_code'],
    ...['messages.send', 'messages.send_media', 'messages.send_location', 'groups.create_whatsapp_group'],
    ...['groups.add', 'groups.monitor', 'labels.create', 'webhooks.create', 'api_keys.create'],
    'custom_groups.create',
    'messages.send_poll',
    ...['invitations.create', 'invitations.open', 'invitations.accept', 'users.update'],
    'scheduled_messages.create',
    ...['messages.send_voice', 'transcripts.create'],
    ...[
      'a2a_policy.create_rule',
      'antispam.create_rule',
      'contacts.list',
      'auth.login',
      'auth.refresh',
      'opt_outs.set',
    ],
    ...['leads.list', 'leads.update_status', 'channels.create', 'review_collectors.create'],
    'review_widgets.create',
    ...['bulk.create', 'bulk.pause', 'bulk.update', 'bulk.resume'],
    'style.train',
  ],
  last: [
    'style.delete',
    'bulk.cancel',
    ...[
      'groups.demote',
      'groups.remove',
      'groups.leave',
      'groups.delete',
      'labels.delete',
      'channels.delete',
      'scheduled_messages.pause',
      'scheduled_messages.resume',
      'scheduled_messages.cancel',
      'scheduled_messages.delete',
      'custom_groups.delete',
      'webhooks.delete',
      'review_widgets.delete',
      'review_collectors.delete',
    ],
    ...[
      'api_keys.rotate',
      'api_keys.revoke',
      'a2a_policy.delete_rule',
      'a2a_policy.reset',
      'antispam.delete_rule',
    ],
    ...[
      'sessions.stop',
      'sessions.restart',
      'sessions.logout',
      'sessions.delete',
      'auth.logout',
      'users.update_me',
    ],
  ],
}

/** Somebody looks for something in the monitored group; the answer waits for a person, who has to allow it. */
async function holdAnAnswer({ owner, simulator, seen }: Stage, from: string): Promise<boolean> {
  const { approvals } = await owner<{ approvals: Json[] }>('GET', '/approvals?status=pending')
  if (approvals.length > 0) return true
  const group = seen.get('groups.monitor')
  await owner('PATCH', '/tenant/settings', { require_approval: true })
  await owner('PATCH', `/groups/${group?.['id']}`, {
    auto_respond: true,
    response_template: 'Hi {{name|there}}, we can help you with {{keyword}}.',
  })
  const id = encodeURIComponent(String(group?.['wa_group_id']))
  await simulator('POST', `/groups/${id}/members`, { members: [from] })
  await simulator('POST', `/groups/${id}/messages`, { from, text: 'I am looking for a flat.' })
  return false
}

/** Somebody is pleased, where a collector collects. */
async function somebodyPraises({ owner, simulator }: Stage): Promise<boolean> {
  const { reviews } = await owner<{ reviews: Json[] }>('GET', '/reviews')
  if (reviews.length > 0) return true
  const praise = { to: '15550100100@c.us', text: 'Thank you so much, the repair was perfect and quick!' }
  await simulator('POST', '/accounts/15550100104/messages', praise)
  return false
}

/** A style profile is there. */
async function hasLearned({ owner }: Stage): Promise<boolean> {
  return (await owner<Json[]>('GET', '/ai/style/profiles')).length > 0
}

/** What has to happen before an operation has something to work on; asked again until it is so. */
export const conditions: Record<string, (stage: Stage) => Promise<boolean>> = {
  'sessions.qr': async ({ owner, seen }) =>
    (await owner('GET', `/sessions/${seen.get('sessions.create')?.['id']}`))['status'] === 'qr_code',
  'approvals.approve': (stage) => holdAnAnswer(stage, '15550100103'),
  'approvals.reject': (stage) => holdAnAnswer(stage, '15550100104'),
  'reviews.get': somebodyPraises,
  'reviews.update': somebodyPraises,
  'reviews.delete': somebodyPraises,
  'ai.preview': hasLearned,
  'style.get': hasLearned,
  'style.delete': hasLearned,
  'reports.file': async ({ owner }) => (await runReport(owner)) !== undefined,
  'transcripts.get': async ({ owner, seen }) =>
    (await owner('GET', `/ai/voice/status/${seen.get('transcripts.create')?.['task_id']}`))['status'] ===
    'completed',
  'leads.list': async ({ owner, simulator }) => {
    const [{ groups }, { leads }] = await Promise.all([
      simulator<{ groups: { id: string; subject: string }[] }>('GET', '/state'),
      owner<{ leads: Json[] }>('GET', '/leads'),
    ])
    const id = groups.find(({ subject }) => subject === 'Flats to let')?.id ?? ''
    if (leads.length > 0) return true
    const said = { from: '15550100105', text: 'I am looking for two rooms from March on.' }
    await simulator('POST', `/groups/${encodeURIComponent(id)}/messages`, said)
    return false
  },
}

/** Operations that the demo has to refuse: the status it declares for that, and why. */
export const refused: Record<string, { status: number; why: string }> = {
  'auth.signup': {
    status: 403,
    why: 'sign-up is closed unless MOLTFLOW_SIGNUP opens it; auth.test.ts signs up',
  },
  'bulk.retry_failed': {
    status: 400,
    why: 'nobody of the demo’s job has failed; copies.test.ts sends again',
  },
  'users.transfer_ownership': {
    status: 409,
    why: 'the demo keeps its owner; invitations.test.ts hands a tenant on',
  },
  'antispam.lift_block': { status: 404, why: 'nobody of the demo floods; antispam.test.ts lifts a block' },
  'ai_drafts.send': { status: 404, why: 'nobody waits for a draft; reply-drafts.test.ts sends one' },
  'ai_drafts.discard': { status: 404, why: 'nobody waits for a draft; reply-drafts.test.ts drops one' },
  'oauth_grants.revoke': {
    status: 404,
    why: 'nobody of the demo gave a program access; grants.test.ts takes it back',
  },
  'agent.export_keypair': { status: 403, why: 'closed unless switched on; agent-keys.test.ts exports' },
  'agent.import_keypair': { status: 403, why: 'closed unless switched on; agent-keys.test.ts imports' },
  'agent.inbox': { status: 403, why: 'nobody else seals a message for the demo; peers.test.ts does' },
  'agent.resolve': { status: 404, why: 'the demo has one tenant; peers.test.ts finds another' },
  'setup.create': { status: 409, why: 'the demo has its owner; setup.test.ts sets up' },
  'setup.recover': { status: 403, why: 'the link comes from the command line; setup.test.ts recovers' },
}
