import type { OutboundContent } from '../../../engine/content.ts'

/** What is done to a text; `isRead` says whether people read it as it is. */
type Change = (text: string, isRead?: boolean) => string

/** The content with every text in it changed; the same object when none did. */
export function mapTexts(content: OutboundContent, change: Change): OutboundContent {
  let isChanged = false
  const apply: Change = (text, isRead = true) => {
    if (text === '') return text
    const changed = change(text, isRead)
    isChanged ||= changed !== text
    return changed
  }
  const mapped = mapKind(content, apply)
  return isChanged ? mapped : content
}

function mapKind(content: OutboundContent, apply: Change): OutboundContent {
  switch (content.kind) {
    case 'text':
    case 'edit':
    case 'forward':
      return { ...content, text: apply(content.text) }
    case 'poll':
      return {
        ...content,
        title: apply(content.title),
        options: content.options.map((option) => apply(option)),
      }
    case 'location':
      return {
        ...content,
        ...(content.name === undefined ? {} : { name: apply(content.name) }),
        ...(content.address === undefined ? {} : { address: apply(content.address) }),
      }
    case 'vcard':
      return {
        ...content,
        vcards: content.vcards.map(({ name, vcard }) => ({ name: apply(name), vcard: apply(vcard, false) })),
      }
    case 'reaction':
    case 'revoke':
      return content
    default:
      return content.caption === undefined ? content : { ...content, caption: apply(content.caption) }
  }
}
