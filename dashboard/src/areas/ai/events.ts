import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows. */
export const aiEvents: Invalidations = {
  'ai.reply.drafted': ['/api/v2/ai/drafts'],
  'ai.handed_over': ['/api/v2/ai/auto-replies'],
  'knowledge.indexed': ['/api/v2/ai/knowledge'],
}
