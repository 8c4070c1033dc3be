import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanText } from './clean.ts'
import { jsonObjectOf, textOf } from './shown-text.ts'

const maxFields = 100
/** What a flow says beside the person's answers. */
const flowTokens = new Set(['flow_token', 'flow_id', 'version', 'wa_flow_response_params'])

/** What was pressed: its words, or its id when it came without them. */
export function parseButtonAnswer({
  buttonsResponseMessage: answer,
}: proto.IMessage): InboundContent | undefined {
  return textOf(answer?.selectedDisplayText || answer?.selectedButtonId)
}

/** The button of a template that was pressed. */
export function parseTemplateAnswer({
  templateButtonReplyMessage: answer,
}: proto.IMessage): InboundContent | undefined {
  return textOf(answer?.selectedDisplayText || answer?.selectedId)
}

/** The row of a list that was chosen. */
export function parseListAnswer({ listResponseMessage: answer }: proto.IMessage): InboundContent | undefined {
  return textOf(answer?.title || answer?.description || answer?.singleSelectReply?.selectedRowId)
}

/** What was chosen in, or filled into, a native flow. */
export function parseFlowAnswer({
  interactiveResponseMessage: answer,
}: proto.IMessage): InboundContent | undefined {
  const body = cleanText(answer?.body?.text)
  const params = jsonObjectOf(answer?.nativeFlowResponseMessage?.paramsJson)
  const chosen = [params.display_text, params.title, params.description, params.id].find(
    (value) => typeof value === 'string' && value !== '',
  )
  return textOf(body || chosen || filledIn(params))
}

/** An answer to a question: of a status post, or in a channel. */
export function parseQuestionAnswer(message: proto.IMessage): InboundContent | undefined {
  return textOf(message.statusQuestionAnswerMessage?.text ?? message.questionResponseMessage?.text)
}

/** The fields of a form with what the person wrote, each in its line. */
function filledIn(params: Record<string, unknown>): string {
  return Object.entries(params)
    .slice(0, maxFields)
    .flatMap(([name, value]) => {
      const isAnswer = ['string', 'number', 'boolean'].includes(typeof value) && value !== ''
      return isAnswer && !flowTokens.has(name) ? `${name}: ${value}` : []
    })
    .join('\n')
}
