import { fold } from '../words/fold.ts'

/** Words with which texts try to give orders. */
const orders =
  /ignore (?:all |any |the |your )*(?:previous |prior |above |earlier )*(?:instructions|rules|prompts?)|disregard (?:all |any |the )*(?:previous |above |prior )|you are now |system prompt|new instructions:|ignoriere alle|ignora (?:todas )?las instrucciones|ignore toutes les instructions|ignora le istruzioni|忽略(?:之前|以上|所有)|이전 지시를 무시|игнорируй/

/** Whether a text gives orders to the model. */
export function hasInjection(text: string): boolean {
  return orders.test(fold(text))
}

const wanted =
  /(?:say|answer|reply|write|respond|output|print)(?: only| exactly| with)*:?\s+["“«]?([^"”»\n]{1,200})/i

/** What a text orders the model to say: the words after "say" or "reply with". */
export function orderedWords(text: string): string {
  return wanted.exec(text)?.[1]?.trim() ?? text.slice(0, 200)
}
