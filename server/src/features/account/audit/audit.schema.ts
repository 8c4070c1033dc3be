import { z } from 'zod'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { pageAnswer, pageQuery, timestampInput, timestampOutput, uuidField } from '../../../wire.ts'

/** Removes entries whose time is over. */
export const pruneAuditJob = defineJob<Record<string, never>>('audit.prune', {
  cron: { expression: '41 3 * * *', timeZone: 'UTC' },
})

/** Which entries to list. */
export const auditQuery = z.object({
  ...pageQuery(),
  from: timestampInput()
    .optional()
    .meta({ examples: ['2026-02-11T10:00:00Z'] }),
  to: timestampInput()
    .optional()
    .meta({ examples: ['2026-03-11T10:00:00Z'] }),
  action: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'An operation, or a feature with a dot', examples: ['webhooks.create'] }),
  user_id: uuidField.optional(),
})

/** One entry as the API shows it. */
export const auditEntry = z
  .object({
    id: z.string(),
    action: z.string().meta({ examples: ['webhooks.create'] }),
    user_id: z.string(),
    api_key_id: z.string().nullable().meta({ description: 'Set when a key acted for the user' }),
    ip: z.string(),
    targets: z
      .record(z.string(), z.string())
      .meta({ description: 'Ids of the path; `created` is what was made' }),
    created_at: timestampOutput,
  })
  .meta({ id: 'AuditEntry', description: 'One change; without content or secrets' })

/** One page of entries. */
export const auditAnswer = z.object({
  audit_logs: z.array(auditEntry),
  ...pageAnswer,
})
