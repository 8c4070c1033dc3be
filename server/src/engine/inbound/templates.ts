import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { parseDocument } from './document.ts'
import { parseImage } from './image.ts'
import { jsonObjectOf, linesOf, listOf, moneyOf, objectOf, textOf } from './shown-text.ts'
import { parseVideo } from './video.ts'

type Structured = proto.Message.IHighlyStructuredMessage | null | undefined
type Interactive = proto.Message.IInteractiveMessage | null | undefined

/** Templates are made of structured texts and these of templates: nobody reads deeper than this. */
const maxDepth = 4
const maxCards = 30
const maxItems = 100

/** What a template, buttons or an interactive message has on top: a message with a file, or a place. */
export function headerOf(message: proto.IMessage): proto.IMessage | undefined {
  const template = message.templateMessage ?? message.highlyStructuredMessage?.hydratedHsm
  return (
    message.buttonsMessage ??
    message.interactiveMessage?.header ??
    template?.hydratedFourRowTemplate ??
    template?.hydratedTemplate ??
    template?.fourRowTemplate ??
    template?.interactiveMessageTemplate?.header ??
    undefined
  )
}

/** A message that a business composed of a header, a text, a footer and buttons. */
export function parseTemplate(message: proto.IMessage): InboundContent | undefined {
  return withHeader(message, templateText(message.templateMessage))
}

/** A text that is put together from a set of texts and its parameters. */
export function parseStructured(message: proto.IMessage): InboundContent | undefined {
  return withHeader(message, structuredText(message.highlyStructuredMessage))
}

/** A text with buttons below it. */
export function parseButtons(message: proto.IMessage): InboundContent | undefined {
  const buttons = message.buttonsMessage
  return withHeader(message, linesOf([buttons?.text, buttons?.contentText, buttons?.footerText]))
}

/** A text with a list to choose from. */
export function parseList({ listMessage: list }: proto.IMessage): InboundContent | undefined {
  return textOf(list?.title, list?.description, list?.footerText) ?? textOf(list?.buttonText)
}

/** The newer form of all these: native flows, carousels, shops. */
export function parseInteractive(message: proto.IMessage): InboundContent | undefined {
  return withHeader(message, interactiveText(message.interactiveMessage))
}

/** A file on top makes the text its caption. */
function withHeader(message: proto.IMessage, text: string): InboundContent | undefined {
  const header = headerOf(message)
  if (header === undefined) return textOf(text)
  const file = parseImage(header, false) ?? parseVideo(header, false) ?? parseDocument(header, false)
  if (file === undefined || !('caption' in file)) return textOf(text, header.locationMessage?.name)
  return { ...file, caption: text || file.caption }
}

function templateText(template: proto.Message.ITemplateMessage | null | undefined, depth = 0): string {
  if (!template || depth > maxDepth) return ''
  const hydrated = template.hydratedFourRowTemplate ?? template.hydratedTemplate
  if (hydrated) {
    return linesOf([hydrated.hydratedTitleText, hydrated.hydratedContentText, hydrated.hydratedFooterText])
  }
  const rows = template.fourRowTemplate
  if (!rows) return interactiveText(template.interactiveMessageTemplate, depth + 1)
  return linesOf(
    [rows.highlyStructuredMessage, rows.content, rows.footer].map((row) => structuredText(row, depth + 1)),
  )
}

function structuredText(structured: Structured, depth = 0): string {
  if (!structured) return ''
  if (structured.hydratedHsm) return templateText(structured.hydratedHsm, depth + 1)
  const named = listOf(structured.localizableParams, maxItems).map((param) => objectOf(param).default)
  return linesOf([(named.length > 0 ? named : listOf(structured.params, maxItems)).join(' ')])
}

function interactiveText(interactive: Interactive, depth = 0): string {
  if (!interactive || depth > maxDepth) return ''
  const { header, body, footer, carouselMessage, nativeFlowMessage } = interactive
  const cards = listOf(carouselMessage?.cards, maxCards) as Interactive[]
  const text = linesOf([
    header?.title,
    header?.subtitle,
    header?.productMessage?.product?.title,
    body?.text,
    footer?.text,
    ...cards.map((card) => interactiveText(card, depth + 1)),
  ])
  if (text !== '') return text
  const buttons = listOf(nativeFlowMessage?.buttons, maxCards)
  return linesOf(buttons.map((button) => flowText(objectOf(button).buttonParamsJson)))
}

/** What a flow without a text shows: what to press, an order with its total, or whom to pay. */
function flowText(paramsJson: unknown): string {
  const params = jsonObjectOf(paramsJson)
  const total = objectOf(params.total_amount)
  const payees = listOf(params.payment_settings, maxItems).map((setting) =>
    objectOf(objectOf(setting).pix_static_code),
  )
  return linesOf([
    ...listOf(objectOf(params.order).items, maxItems).map((item) => objectOf(item).name),
    ...(typeof total.offset === 'number' && total.offset > 0
      ? [moneyOf(params.currency, total.value, total.offset)]
      : []),
    ...payees.flatMap(({ merchant_name: name, key }) => [name, key]),
    params.display_text,
  ])
}
