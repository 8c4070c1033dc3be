import { getCountry } from 'countries-and-timezones'
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import { defineProcessState } from '../../../platform/process-state.ts'

/** Zones by the first digits of a phone. */
const knownZones = defineProcessState(() => new LRUCache<string, readonly string[]>({ max: 5_000 }))

/** The zones that a phone (digits) may be in, by its country; of countries that cannot be told apart all of theirs. */
export function zonesOfPhone(ctx: Context, phone: string): readonly string[] {
  const known = knownZones.of(ctx)
  // Countries that share a calling code are told apart by no more digits.
  const key = phone.slice(0, 7)
  const cached = known.get(key)
  if (cached !== undefined) return cached
  const number = parsePhoneNumberFromString(`+${phone}`)
  const countries = number?.country === undefined ? (number?.getPossibleCountries() ?? []) : [number.country]
  const zones = countries.flatMap((country) => getCountry(country)?.timezones ?? [])
  const found = zones.length === 0 ? ['UTC'] : [...new Set(zones)]
  known.set(key, found)
  return found
}
