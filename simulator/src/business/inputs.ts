import { z } from 'zod'

const minutes = z.number().int().min(0).max(1440)

/** `POST /accounts/{phone}/business`: what a business says about itself; what is not given stays. */
export const businessProfileSchema = z.strictObject({
  description: z.string().max(512).optional(),
  address: z.string().max(256).optional(),
  email: z.string().max(128).optional(),
  category: z.string().max(128).optional(),
  websites: z.array(z.string().max(256)).max(2).optional(),
  hours: z
    .strictObject({
      timezone: z.string().min(1).max(100),
      days: z
        .array(
          z.strictObject({
            day: z.enum(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']),
            mode: z.enum(['specific_hours', 'open_24h', 'appointment_only']),
            openMinutes: minutes.optional(),
            closeMinutes: minutes.optional(),
          }),
        )
        .max(14),
    })
    .optional(),
})

/** What callers hand in. */
export type BusinessProfileInput = z.input<typeof businessProfileSchema>
