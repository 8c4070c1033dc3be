import { handleJob } from '../../../job.ts'
import { turnJob } from './reply-turns.schema.ts'
import { takeTurn } from './take-turn.service.ts'

export const replyTurnsJobs = [handleJob(turnJob, (ctx, { chatId }, run) => takeTurn(ctx, chatId, run))]
