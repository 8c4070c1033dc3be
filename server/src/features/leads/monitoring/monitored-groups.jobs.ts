import { handleJob } from '../../../job.ts'
import { sendResponse } from './follow-leads.service.ts'
import { respondJob } from './monitored-groups.schema.ts'

export const monitoredGroupsJobs = [
  handleJob(respondJob, (ctx, { responseId }) => sendResponse(ctx, responseId)),
]
