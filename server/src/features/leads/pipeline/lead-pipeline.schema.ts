import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { timestampOutput, uuidField } from '../../../wire.ts'
import { leadStatuses } from '../detection/leads.tables.ts'
import { isSelection, leadSelection, selectionProblem } from '../list/lead-list.schema.ts'

export const leadTransitionRefused = defineError(
  'lead_transition_refused',
  400,
  'A lead cannot go from its status to this one',
)
export const leadAlreadyOpen = defineError(
  'lead_already_open',
  400,
  'The person has another lead that is open: a lost one cannot be opened again beside it',
)

const status = z.enum(leadStatuses).meta({ examples: ['contacted'] })

/** Where a lead is to go. */
export const statusBody = z.object({ status })

/** What a person adds to a lead. */
export const leadPatch = z.object({
  assigned_to: uuidField.nullable().optional().meta({ description: 'A user of the tenant, or null' }),
  notes: z
    .string()
    .max(2000)
    .nullable()
    .optional()
    .meta({ examples: ['Wants to move in March'] }),
})

/** Whose session is asked about. */
export const reciprocityQuery = z.object({ session_id: uuidField })

/** Whether the person wrote to the session itself. */
export const reciprocityAnswer = z.object({
  lead_id: z.string(),
  has_messaged_first: z.boolean(),
  last_inbound_at: timestampOutput.nullable(),
})

const failures = {
  failed: z.int(),
  errors: z.array(z.object({ lead_id: z.string(), detail: z.string() })),
}

/** Which leads are to go where. */
export const bulkStatusBody = z.object({ ...leadSelection, status }).refine(isSelection, selectionProblem)
/** How that went. */
export const bulkStatusAnswer = z.object({ updated: z.int(), ...failures })

/** Which leads go on which list. */
export const bulkAddBody = z
  .object({ ...leadSelection, custom_group_id: uuidField })
  .refine(isSelection, selectionProblem)
/** How that went. */
export const bulkAddAnswer = z.object({
  added: z.int(),
  skipped: z.int().meta({ description: 'On the list before' }),
  ...failures,
  custom_group_id: z.string(),
})
