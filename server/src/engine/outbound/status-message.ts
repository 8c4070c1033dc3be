import type { proto } from 'baileys'

const white = 0xffffffff
const green = 0xff1e6e4f

/** A status post of bare text has a colour behind it: phones show nothing without one (`generateWAMessageContent` of Baileys 7). */
export function asStatus(message: proto.IMessage): proto.IMessage {
  const { conversation, extendedTextMessage, ...rest } = message
  const text = conversation || extendedTextMessage?.text
  if (!text) return message
  const coloured = { ...extendedTextMessage, text, textArgb: white, backgroundArgb: green, font: 0 }
  return { ...rest, extendedTextMessage: coloured }
}
