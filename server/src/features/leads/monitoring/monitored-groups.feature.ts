import type { Feature } from '../../../feature.ts'
import { monitoredGroupsEvents } from './monitored-groups.events.ts'
import { monitoredGroupsOperations } from './monitored-groups.operations.ts'
import { groupMessageCaptured } from './monitored-groups.schema.ts'
import { sealStoredGroupUrls } from './monitored-groups.service.ts'

/** Groups that are listened to: what is said in them becomes events, leads and answers. */
export const monitoredGroupsFeature: Feature = {
  name: 'monitored-groups',
  operations: monitoredGroupsOperations,
  events: monitoredGroupsEvents,
  publishes: [groupMessageCaptured],
  start: sealStoredGroupUrls,
}
