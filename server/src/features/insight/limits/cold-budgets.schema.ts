import { z } from 'zod'
import { timestampOutput } from '../../../wire.ts'
import { coldContactModes } from '../../account/settings/settings.schema.ts'

/** How many new conversations each session may start today, and has. */
export const coldBudgetsAnswer = z.object({
  mode: z.enum(coldContactModes).meta({
    description: '`budget` holds to the numbers below, `strict` starts none, `warn` counts and does not hold',
  }),
  renews_at: timestampOutput.meta({ description: 'When the next day begins' }),
  sessions: z.array(
    z
      .object({
        session_id: z.string(),
        budget: z.int().meta({ description: 'New conversations of today; 0 while WhatsApp allows none' }),
        used: z.int(),
        remaining: z.int(),
      })
      .meta({ id: 'ColdBudget', description: 'New conversations of a session, of today' }),
  ),
})
