import type { proto } from 'baileys'
import type { ContentOf, OutboundParts } from '../media/parts.ts'

/** A place. */
export function convertLocation(content: ContentOf<'location'>, { context }: OutboundParts): proto.IMessage {
  return {
    locationMessage: {
      degreesLatitude: content.latitude,
      degreesLongitude: content.longitude,
      ...(content.name !== undefined && { name: content.name }),
      ...(content.address !== undefined && { address: content.address }),
      ...(context && { contextInfo: context }),
    },
  }
}
