import type { Context } from '../../../context.ts'
import type { InboundContent, OutboundContent } from '../../../engine/content.ts'
import { seal, unseal } from '../../../platform/secrets.ts'
import { storableText } from './message-text.service.ts'
import type { MessageDetails, WireDetails } from './messages.schema.ts'
import { detailsPurpose } from './purposes.service.ts'

type Part = InboundContent | OutboundContent

function mediaOf(content: Extract<Part, { file: object }>): MessageDetails['media'] {
  const { file } = content
  return {
    mimetype: storableText(file.mimetype),
    file_name: file.fileName == null ? null : storableText(file.fileName),
    size: file.bytes,
    seconds: file.seconds ?? null,
    width: file.width ?? null,
    height: file.height ?? null,
  }
}

/** What a message holds beside its text; null when that is nothing, as with nearly all messages. */
export function detailsOf(content: Part): MessageDetails | null {
  switch (content.kind) {
    case 'text':
    case 'unknown':
    case 'reaction':
    case 'edit':
    case 'revoke':
      return null
    case 'forward':
      return { is_forwarded: true }
    case 'location': {
      const { latitude, longitude } = content
      const [name, address] = [content.name, content.address].map((text) =>
        text == null ? null : storableText(text),
      )
      return {
        location: {
          latitude,
          longitude,
          name: name ?? null,
          address: address ?? null,
          is_live: 'isLive' in content && content.isLive,
        },
      }
    }
    case 'vcard':
      return {
        vcards: content.vcards.map(({ name, vcard }) => ({
          name: storableText(name),
          vcard: storableText(vcard),
        })),
      }
    case 'poll': {
      const options = content.options.map(storableText)
      return { poll: { title: storableText(content.title), options, allow_multiple: content.allowMultiple } }
    }
    default: {
      const media = mediaOf(content)
      return media === undefined ? null : { media }
    }
  }
}

/** Details as they are stored. */
export function sealDetails(
  ctx: Pick<Context, 'config'>,
  messageId: string,
  details: MessageDetails | null,
): Buffer | null {
  return details === null
    ? null
    : seal(ctx.config, detailsPurpose(messageId), Buffer.from(JSON.stringify(details)))
}

/** Details as they were before they were stored. */
export function openDetails(
  ctx: Pick<Context, 'config'>,
  messageId: string,
  sealed: Uint8Array | null,
): MessageDetails | null {
  if (sealed === null) return null
  return JSON.parse(unseal(ctx.config, detailsPurpose(messageId), sealed).toString()) as MessageDetails
}

/** How often each option of a poll was chosen. */
export function countVotes(options: readonly string[], votes: readonly (readonly number[])[]) {
  return options.map((text, index) => ({ text, votes: votes.filter((vote) => vote.includes(index)).length }))
}

/** Details as callers see them. */
export function detailsToWire(
  ctx: Pick<Context, 'config'>,
  messageId: string,
  details: MessageDetails | null,
  votes: readonly (readonly number[])[] = [],
): WireDetails {
  const { media, poll } = details ?? {}
  return {
    media:
      media === undefined
        ? null
        : {
            mimetype: media.mimetype,
            file_name: media.file_name,
            size: media.size,
            seconds: media.seconds,
            url: `${ctx.config.publicUrl}/api/v2/messages/${messageId}/media`,
          },
    poll:
      poll === undefined
        ? null
        : {
            title: poll.title,
            options: countVotes(poll.options, votes),
            allow_multiple: poll.allow_multiple,
          },
    location: details?.location ?? null,
    vcards: details?.vcards ?? null,
    is_forwarded: details?.is_forwarded === true,
  }
}
