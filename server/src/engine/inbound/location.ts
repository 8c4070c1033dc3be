import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanOrNull } from './clean.ts'

/** A place, or where somebody is just now; undefined for a point that is not on Earth. */
export function parseLocation(message: proto.IMessage): InboundContent | undefined {
  const fixed = message.locationMessage
  const live = message.liveLocationMessage
  const point = fixed ?? live
  const latitude = point?.degreesLatitude ?? 0
  const longitude = point?.degreesLongitude ?? 0
  if (!point || !(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return undefined
  return {
    kind: 'location',
    latitude,
    longitude,
    name: cleanOrNull(fixed ? fixed.name : live?.caption),
    address: cleanOrNull(fixed?.address),
    isLive: !fixed || fixed.isLive === true,
  }
}
