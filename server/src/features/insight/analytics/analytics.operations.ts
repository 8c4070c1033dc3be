import { defineOperation, type Operation } from '../../../operation.ts'
import {
  badPeriod,
  contactsAnswer,
  contactsQuery,
  leadFunnelAnswer,
  messagesAnswer,
  periodQuery,
  responseTimesAnswer,
  sendTimesAnswer,
  sendTimesQuery,
} from './analytics.schema.ts'
import { getLeadFunnel, getMessageVolumes, getResponseTimes } from './analytics.service.ts'
import {
  campaignAnswer,
  campaignParams,
  campaignQuery,
  campaignsAnswer,
  campaignsQuery,
} from './campaigns.schema.ts'
import { compareCampaigns, getCampaign } from './campaigns.service.ts'
import { getSendTimes, rankContacts } from './engagement.service.ts'

const shared = {
  method: 'GET' as const,
  access: ['analytics:read'] as const,
  gate: { feature: 'analytics' },
}

const campaigns = defineOperation({
  ...shared,
  id: 'analytics.campaigns',
  path: '/analytics/campaigns',
  summary: 'Campaigns side by side, newest first',
  query: campaignsQuery,
  success: { status: 200, schema: campaignsAnswer },
  errors: [badPeriod],
  run: (ctx, input) => compareCampaigns(ctx, input),
})

const campaign = defineOperation({
  ...shared,
  id: 'analytics.campaign',
  path: '/analytics/campaigns/{job_id}',
  summary: 'What a campaign achieved: funnel, failures, pace, recipients',
  params: campaignParams,
  query: campaignQuery,
  success: { status: 200, schema: campaignAnswer },
  run: (ctx, { job_id: jobId, limit, offset, status }) => getCampaign(ctx, jobId, { limit, offset, status }),
})

const contacts = defineOperation({
  ...shared,
  id: 'analytics.contacts',
  path: '/analytics/contacts',
  summary: 'Contacts by their engagement',
  query: contactsQuery,
  success: { status: 200, schema: contactsAnswer },
  run: (ctx, input) => rankContacts(ctx, input),
})

const sendTimes = defineOperation({
  ...shared,
  id: 'analytics.send_times',
  path: '/analytics/send-times',
  summary: 'When messages are read and answered, by hour of the week',
  query: sendTimesQuery,
  success: { status: 200, schema: sendTimesAnswer },
  run: (ctx, input) => getSendTimes(ctx, input),
})

const messages = defineOperation({
  ...shared,
  id: 'analytics.messages',
  path: '/analytics/messages',
  summary: 'How much was written, by day, session and label',
  query: periodQuery,
  success: { status: 200, schema: messagesAnswer },
  errors: [badPeriod],
  run: (ctx, input) => getMessageVolumes(ctx, input),
})

const responseTimes = defineOperation({
  ...shared,
  id: 'analytics.response_times',
  path: '/analytics/response-times',
  summary: 'How long people waited for answers, by day, session and label',
  query: periodQuery,
  success: { status: 200, schema: responseTimesAnswer },
  errors: [badPeriod],
  run: (ctx, input) => getResponseTimes(ctx, input),
})

const leads = defineOperation({
  ...shared,
  id: 'analytics.leads',
  path: '/analytics/leads',
  summary: 'How far leads come, by day of detection, session and label',
  query: periodQuery,
  success: { status: 200, schema: leadFunnelAnswer },
  errors: [badPeriod],
  run: (ctx, input) => getLeadFunnel(ctx, input),
})

/** What was achieved. */
export const analyticsOperations: readonly Operation[] = [
  campaigns,
  campaign,
  contacts,
  sendTimes,
  messages,
  responseTimes,
  leads,
]
