import { composeFeatures, type EventFeature, type Feature } from './feature.ts'
import { apiKeysFeature } from './features/account/api-keys/api-keys.feature.ts'
import { auditFeature } from './features/account/audit/audit.feature.ts'
import { authFeature } from './features/account/auth/auth.feature.ts'
import { invitationsFeature } from './features/account/invitations/invitations.feature.ts'
import { plansFeature } from './features/account/plans/plans.feature.ts'
import { settingsFeature } from './features/account/settings/settings.feature.ts'
import { setupFeature } from './features/account/setup/setup.feature.ts'
import { tenantsFeature } from './features/account/tenants/tenants.feature.ts'
import { usersFeature } from './features/account/users/users.feature.ts'
import { a2aFeature } from './features/agents/a2a/a2a.feature.ts'
import { agentKeysFeature } from './features/agents/keys/agent-keys.feature.ts'
import { mcpFeature } from './features/agents/mcp/mcp.feature.ts'
import { oauthFeature } from './features/agents/oauth/oauth.feature.ts'
import { peersFeature } from './features/agents/peers/peers.feature.ts'
import { rpcFeature } from './features/agents/rpc/rpc.feature.ts'
import { groupAnalysisFeature } from './features/ai/group-analysis/group-analysis.feature.ts'
import { knowledgeFeature } from './features/ai/knowledge/knowledge.feature.ts'
import { providersFeature } from './features/ai/providers/providers.feature.ts'
import { repliesFeature } from './features/ai/replies/replies.feature.ts'
import { replyDraftsFeature } from './features/ai/reply-drafts/reply-drafts.feature.ts'
import { replyTurnsFeature } from './features/ai/reply-turns/reply-turns.feature.ts'
import { styleFeature } from './features/ai/style/style.feature.ts'
import { transcriptsFeature } from './features/ai/transcripts/transcripts.feature.ts'
import { callsFeature } from './features/conversations/calls/calls.feature.ts'
import { chatListFeature } from './features/conversations/chats/chat-list.feature.ts'
import { chatsFeature } from './features/conversations/chats/chats.feature.ts'
import { contactsFeature } from './features/conversations/contacts/contacts.feature.ts'
import { historyFeature } from './features/conversations/history/history.feature.ts'
import { deferredUpdatesFeature } from './features/conversations/inbound/deferred-updates.feature.ts'
import { labelSyncFeature } from './features/conversations/label-sync/label-sync.feature.ts'
import { labelsFeature } from './features/conversations/labels/labels.feature.ts'
import { mediaFeature } from './features/conversations/media/media.feature.ts'
import { messagesFeature } from './features/conversations/messages/messages.feature.ts'
import { votesFeature } from './features/conversations/votes/votes.feature.ts'
import { waGroupsFeature } from './features/groups/wa-groups/wa-groups.feature.ts'
import { analyticsFeature } from './features/insight/analytics/analytics.feature.ts'
import { gaugesFeature } from './features/insight/gauges/gauges.feature.ts'
import { inboxFeature } from './features/insight/inbox/inbox.feature.ts'
import { limitsFeature } from './features/insight/limits/limits.feature.ts'
import { liveFeature } from './features/insight/live/live.feature.ts'
import { messageSearchFeature } from './features/insight/message-search/message-search.feature.ts'
import { overviewFeature } from './features/insight/overview/overview.feature.ts'
import { rollupsFeature } from './features/insight/rollups/rollups.feature.ts'
import { leadUpkeepFeature } from './features/leads/detection/lead-upkeep.feature.ts'
import { leadExportFeature } from './features/leads/list/lead-export.feature.ts'
import { leadListFeature } from './features/leads/list/lead-list.feature.ts'
import { monitoredGroupsFeature } from './features/leads/monitoring/monitored-groups.feature.ts'
import { leadPipelineFeature } from './features/leads/pipeline/lead-pipeline.feature.ts'
import { accountsFeature } from './features/outreach/accounts/accounts.feature.ts'
import { bulkFeature } from './features/outreach/bulk/bulk.feature.ts'
import { calendarFeature } from './features/outreach/calendar/calendar.feature.ts'
import { channelsFeature } from './features/outreach/channels/channels.feature.ts'
import { listsFeature } from './features/outreach/lists/lists.feature.ts'
import { outcomesFeature } from './features/outreach/outcomes/outcomes.feature.ts'
import { reportsFeature } from './features/outreach/reports/reports.feature.ts'
import { schedulesFeature } from './features/outreach/schedules/schedules.feature.ts'
import { segmentsFeature } from './features/outreach/segments/segments.feature.ts'
import { collectingFeature } from './features/reviews/collecting/collecting.feature.ts'
import { collectorsFeature } from './features/reviews/collectors/collectors.feature.ts'
import { reviewsFeature } from './features/reviews/reviews/reviews.feature.ts'
import { testimonialsFeature } from './features/reviews/testimonials/testimonials.feature.ts'
import { antispamFeature } from './features/safety/antispam/antispam.feature.ts'
import { contentPolicyFeature } from './features/safety/content-policy/content-policy.feature.ts'
import { optOutsFeature } from './features/safety/opt-outs/opt-outs.feature.ts'
import { messageActionsFeature } from './features/sending/actions/message-actions.feature.ts'
import { approvalsFeature } from './features/sending/approvals/approvals.feature.ts'
import { outboxFeature } from './features/sending/outbox/outbox.feature.ts'
import { sendingFeature } from './features/sending/send/sending.feature.ts'
import { statusPostsFeature } from './features/sending/status-posts/status-posts.feature.ts'
import { sessionHealthFeature } from './features/sessions/health/session-health.feature.ts'
import { sessionEventsFeature } from './features/sessions/lifecycle/session-events.feature.ts'
import { sessionsFeature } from './features/sessions/lifecycle/sessions.feature.ts'
import { deliveryLogFeature } from './features/webhooks/delivery-log/delivery-log.feature.ts'
import { noticesFeature } from './features/webhooks/notices/notices.feature.ts'
import { webhooksFeature } from './features/webhooks/webhooks/webhooks.feature.ts'

/** What the product is made of, in the order in which `start` runs. A new feature is a folder and a line here. */
export const featureParts: readonly (Feature | EventFeature)[] = [
  tenantsFeature,
  plansFeature,
  usersFeature,
  authFeature,
  apiKeysFeature,
  invitationsFeature,
  settingsFeature,
  auditFeature,
  limitsFeature,
  gaugesFeature,
  setupFeature,
  webhooksFeature,
  deliveryLogFeature,
  noticesFeature,
  contentPolicyFeature,
  antispamFeature,
  optOutsFeature,
  messagesFeature,
  votesFeature,
  deferredUpdatesFeature,
  chatListFeature,
  sessionEventsFeature,
  liveFeature,
  outboxFeature,
  approvalsFeature,
  sendingFeature,
  messageActionsFeature,
  mediaFeature,
  chatsFeature,
  labelsFeature,
  labelSyncFeature,
  contactsFeature,
  waGroupsFeature,
  monitoredGroupsFeature,
  // Before the upkeep of leads: it sees leads of contacts that are merged as they were.
  rollupsFeature,
  leadListFeature,
  leadPipelineFeature,
  leadExportFeature,
  leadUpkeepFeature,
  listsFeature,
  accountsFeature,
  segmentsFeature,
  bulkFeature,
  outcomesFeature,
  reportsFeature,
  callsFeature,
  statusPostsFeature,
  channelsFeature,
  schedulesFeature,
  calendarFeature,
  historyFeature,
  providersFeature,
  transcriptsFeature,
  knowledgeFeature,
  styleFeature,
  repliesFeature,
  replyDraftsFeature,
  replyTurnsFeature,
  sessionHealthFeature,
  sessionsFeature,
  groupAnalysisFeature,
  collectorsFeature,
  reviewsFeature,
  collectingFeature,
  testimonialsFeature,
  agentKeysFeature,
  peersFeature,
  rpcFeature,
  a2aFeature,
  analyticsFeature,
  overviewFeature,
  inboxFeature,
  messageSearchFeature,
  oauthFeature,
  mcpFeature,
]

/**
 * Events of the catalogue that can be subscribed to before there is a feature that publishes them; each leaves this
 * list when its feature declares it.
 */
export const announcedEvents: readonly string[] = []

/** Every feature of the product. */
export const features = composeFeatures(featureParts, announcedEvents)
