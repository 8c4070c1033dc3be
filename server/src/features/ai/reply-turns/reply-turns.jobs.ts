import { handleJob } from '../../../job.ts'
import { respondJob } from '../../leads/monitoring/monitored-groups.schema.ts'
import { sendGroupResponse } from './group-response.service.ts'
import { turnJob } from './reply-turns.schema.ts'
import { takeTurn } from './take-turn.service.ts'

export const replyTurnsJobs = [
  handleJob(turnJob, (ctx, { chatId }, run) => takeTurn(ctx, chatId, run)),
  handleJob(respondJob, (ctx, { responseId }, run) => sendGroupResponse(ctx, responseId, run)),
]
