import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows. */
export const channelsEvents: Invalidations = {
  'channel.post.published': ['/api/v2/channels', '/api/v2/usage/current'],
  'scheduled_message.executed': ['/api/v2/channels/{id}', '/api/v2/scheduled-messages'],
}
