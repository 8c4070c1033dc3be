import type { JsonObject } from './openapi-schemas.ts'

/** Groups of operations in the order in which somebody new meets them: id prefix, title, what they are for. */
const sections: readonly (readonly [string, string, string])[] = [
  [
    'sessions',
    'Sessions',
    'WhatsApp accounts: linking by QR or code, state and its timeline, limits, history.',
  ],
  ['messages', 'Messages', 'Sending every kind of message, what arrived, and what can be done to a message.'],
  ['chats', 'Inbox', 'Conversations of all sessions, with what is known of the person.'],
  ['contacts', 'Contacts', 'People a session knows, and whether a number is on WhatsApp.'],
  ['groups', 'Groups', 'WhatsApp groups, and the ones that are listened to for leads.'],
  ['leads', 'Leads', 'People who showed interest in a monitored group, and their way through the pipeline.'],
  [
    'custom_groups',
    'Lists',
    'Lists of contacts to write to, and segments: members, filters, imports, exports.',
  ],
  ['bulk', 'Bulk send', 'One message to everybody on a list, at a pace that does not get you banned.'],
  [
    'analytics',
    'Analytics',
    'What was achieved: volumes, response times, lead funnel, campaigns, contacts, send times.',
  ],
  ['overview', 'Overview', 'How everything stands, in one answer.'],
  ['events', 'Live events', 'Everything that happens to a tenant, as it happens.'],
  ['labels', 'Labels', 'Labels of chats, in step with WhatsApp Business.'],
  [
    'scheduled_messages',
    'Scheduled messages',
    'Messages that go out at a time or by a rule, and their runs.',
  ],
  [
    'reports',
    'Reports',
    'What a tenant is told regularly: kept as tables and pages, or sent to the own chat.',
  ],
  ['calls', 'Calls', 'Calls that came in.'],
  ['channels', 'Channels', 'Channels of WhatsApp: making, importing, posting.'],
  ['status', 'Status posts', 'Posts that contacts see for a day.'],
  ['ai', 'AI', 'Language models: which ones, whether they work, what they cost.'],
  ['transcripts', 'Transcripts', 'What is said in voice messages.'],
  ['reviews', 'Reviews', 'What people say well of you: decide on it, count it, export it.'],
  ['review_collectors', 'Review collectors', 'What decides which messages become reviews.'],
  ['review_widgets', 'Review widgets', 'Approved reviews on pages of yours, without scripts of others.'],
  ['webhooks', 'Webhooks', 'Signed deliveries of events: endpoints, attempts, replays.'],
  [
    'auto_replies',
    'Automatic replies',
    'Whether sessions and chats are answered by themselves, and where they stand.',
  ],
  ['ai_drafts', 'Drafts', 'Answers that a machine wrote and a person sends.'],
  ['style', 'Writing style', 'How people of the tenant write, as figures.'],
  ['approvals', 'Approvals', 'Messages that wait for a person’s word.'],
  ['antispam', 'Anti-spam', 'Limits and rules that keep an account from being banned.'],
  ['opt_outs', 'Opt-outs', 'Who asked not to be written to.'],
  ['agent', 'Agents', 'Keys with which agents of tenants write to each other, and how they find each other.'],
  ['a2a_policy', 'Content policy', 'What may not leave the account: secrets, personal data, own rules.'],
  ['auth', 'Signing in', 'Access and refresh tokens of people.'],
  ['users', 'Users', 'The signed-in person, and the people of the tenant.'],
  ['invitations', 'Invitations', 'Links that let people join the tenant.'],
  ['api_keys', 'API keys', 'Keys of programs, with scopes.'],
  ['oauth_grants', 'OAuth', 'Programs that people gave access, without a key.'],
  ['tenant_settings', 'Settings', 'What holds for the whole tenant.'],
  ['audit_logs', 'Audit log', 'Who changed what, when and from where.'],
  ['usage', 'Usage', 'What was used of the plan.'],
  ['plans', 'Plans', 'Plans and their limits.'],
  ['setup', 'Setup', 'The first owner of an installation.'],
]

/** The place of a group in that order; one that nobody described comes last. */
export function sectionOrder(name: string): number {
  const place = sections.findIndex(([known]) => known === name)
  return place < 0 ? sections.length : place
}

/** Tags of a document that has operations of these groups; a group that nobody described comes last, by its name. */
export function describeTags(used: ReadonlySet<string>): JsonObject[] {
  const known = sections
    .filter(([name]) => used.has(name))
    .map(([name, title, description]) => ({ name, 'x-displayName': title, description }))
  const names = new Set(known.map(({ name }) => name))
  return [
    ...known,
    ...[...used]
      .filter((name) => !names.has(name))
      .sort()
      .map((name) => ({ name })),
  ]
}
