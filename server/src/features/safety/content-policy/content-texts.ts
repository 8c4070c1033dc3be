import type { OutboundContent } from '../../../engine/content.ts'

/** The content with every text in it changed; the same object when none did. */
export function mapTexts(content: OutboundContent, change: (text: string) => string): OutboundContent {
  let isChanged = false
  const apply = (text: string): string => {
    if (text === '') return text
    const changed = change(text)
    isChanged ||= changed !== text
    return changed
  }
  const mapped = mapKind(content, apply)
  return isChanged ? mapped : content
}

function mapKind(content: OutboundContent, apply: (text: string) => string): OutboundContent {
  switch (content.kind) {
    case 'text':
    case 'edit':
    case 'forward':
      return { ...content, text: apply(content.text) }
    case 'poll':
      return { ...content, title: apply(content.title), options: content.options.map(apply) }
    case 'location':
      return {
        ...content,
        ...(content.name === undefined ? {} : { name: apply(content.name) }),
        ...(content.address === undefined ? {} : { address: apply(content.address) }),
      }
    case 'vcard':
      return {
        ...content,
        vcards: content.vcards.map(({ name, vcard }) => ({ name: apply(name), vcard: apply(vcard) })),
      }
    case 'reaction':
    case 'revoke':
      return content
    default:
      return content.caption === undefined ? content : { ...content, caption: apply(content.caption) }
  }
}
