import { z } from 'zod'

/** Name of a tenant. */
export const tenantNameField = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .meta({ examples: ['Example Ltd'] })
