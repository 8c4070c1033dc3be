import type { Feature } from '../../../feature.ts'
import { channelEvents } from './channels.events.ts'
import { channelOperations } from './channels.operations.ts'
import { postPublished } from './channels.schema.ts'

/** Channels of WhatsApp, and what is posted to them. */
export const channelsFeature: Feature = {
  name: 'channels',
  operations: channelOperations,
  events: channelEvents,
  publishes: [postPublished],
}
