import type { ToolPrompt, ToolResource } from '../../../tool.ts'

/** What clients can attach to a conversation without a call. */
export const toolResources: readonly ToolResource[] = [
  {
    uri: 'moltflow://sessions',
    name: 'sessions',
    title: 'WhatsApp accounts',
    description: 'The linked accounts with their status',
    operation: 'sessions.list',
  },
  {
    uri: 'moltflow://leads',
    name: 'leads',
    title: 'Leads',
    description: 'The newest leads',
    operation: 'leads.list',
  },
  {
    uri: 'moltflow://reports',
    name: 'reports',
    title: 'Reports',
    description: 'The reports that are set up, with their next run',
    operation: 'reports.list',
  },
  {
    uri: 'moltflow://sessions/{id}',
    name: 'session',
    title: 'A WhatsApp account',
    description: 'One account by its id',
    operation: 'sessions.get',
  },
  {
    uri: 'moltflow://leads/{id}',
    name: 'lead',
    title: 'A lead',
    description: 'One lead by its id, with its signals',
    operation: 'leads.get',
  },
]

const sessionArgument = {
  name: 'session_id',
  description: 'The WhatsApp account; all of them when it is left out',
  required: false,
}

const ofSession = (id: string | undefined) =>
  id === undefined || id === '' ? 'each session of moltflow_list_sessions' : `the session "${id}"`

/** Tasks that people start by name. */
export const toolPrompts: readonly ToolPrompt[] = [
  {
    name: 'triage_unanswered',
    title: 'Triage unanswered chats',
    description: 'Sorts the chats that wait for an answer and drafts answers, without sending them',
    arguments: [sessionArgument],
    write: ({ session_id: session }) =>
      [
        `List the chats of ${ofSession(session)} with moltflow_list_chats and keep those whose last message is not ours.`,
        'Read each of the ten newest with moltflow_get_chat_messages.',
        'Show a table: who, what they want, how urgent it is (now, today, later) and a short draft of an answer in the language of the chat.',
        'Send nothing. Ask me which drafts to send, and send only those that I name.',
      ].join('\n'),
  },
  {
    name: 'qualify_leads',
    title: 'Qualify the leads of a group',
    description: 'Reads the new leads of a monitored group and proposes a status for each',
    arguments: [
      {
        name: 'group_id',
        description: 'The monitored group, as moltflow_list_monitored_groups names it',
        required: true,
      },
      { name: 'criteria', description: 'What makes a good lead', required: false },
    ],
    write: ({ group_id: group, criteria }) =>
      [
        `List the leads with status "new" of the group "${group}" with moltflow_list_leads (source_group_id).`,
        'Read around each of them with moltflow_get_lead and moltflow_get_group_messages.',
        criteria === undefined || criteria === ''
          ? 'A good lead names a need, a time or a budget.'
          : `A good lead: "${criteria}".`,
        'Show a table: name, what they look for, evidence in their own words, proposed status (contacted, qualified, lost).',
        'Change nothing before I agree; then use moltflow_update_lead_status for the rows that I name.',
      ].join('\n'),
  },
  {
    name: 'weekly_summary',
    title: 'Summarise the week',
    description: 'What happened in the last seven days, for people who have two minutes',
    arguments: [sessionArgument],
    write: ({ session_id: session }) =>
      [
        `Look at ${ofSession(session)}: its state, moltflow_list_chats, moltflow_list_leads and moltflow_get_current_usage.`,
        'Where the credential allows it, also moltflow_get_send_time_heatmap with days 7.',
        'Write at most fifteen lines: what needs somebody, new leads by group, what was sent and answered, limits that come near.',
        'Name what you could not read instead of guessing.',
      ].join('\n'),
  },
]
