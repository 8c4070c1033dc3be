import { timestamp } from 'drizzle-orm/pg-core'

/** A column for a moment in time, read and written as a Date; the time zone of the server or the session plays no part. */
export const timestamptz = (name: string) => timestamp(name, { withTimezone: true })
