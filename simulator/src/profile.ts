/** The picture of a person or a group: a plain JPEG on the media server. */
export type Picture = { id: string; directPath: string }

/** When a business is open on one day. Times are minutes after midnight. */
export type OpeningDay = {
  day: 'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat'
  mode: 'specific_hours' | 'open_24h' | 'appointment_only'
  openMinutes?: number | undefined
  closeMinutes?: number | undefined
}

/** What a business says about itself. */
export type BusinessProfile = {
  description?: string | undefined
  address?: string | undefined
  email?: string | undefined
  category?: string | undefined
  websites?: string[] | undefined
  hours?: { timezone: string; days: OpeningDay[] } | undefined
}
