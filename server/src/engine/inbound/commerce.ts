import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanCount } from './clean.ts'
import { linesOf, moneyOf, textOf } from './shown-text.ts'

const thousandths = 1000

/** Something from a catalogue, or the catalogue. */
export function parseProduct({ productMessage }: proto.IMessage): InboundContent | undefined {
  const { product, catalog, body, footer } = productMessage ?? {}
  const price = product?.salePriceAmount1000 || product?.priceAmount1000
  return textOf(
    product?.title ?? catalog?.title,
    product?.description ?? catalog?.description,
    moneyOf(product?.currencyCode, price, thousandths),
    body,
    footer,
  )
}

/** What somebody wants to buy. */
export function parseOrder({ orderMessage: order }: proto.IMessage): InboundContent | undefined {
  const items = cleanCount(order?.itemCount)
  return textOf(
    order?.orderTitle,
    order?.message,
    items === null || items === 0 ? undefined : `${items} ${items === 1 ? 'item' : 'items'}`,
    moneyOf(order?.totalCurrencyCode, order?.totalAmount1000, thousandths),
  )
}

/** A bill. */
export function parseInvoice({ invoiceMessage }: proto.IMessage): InboundContent | undefined {
  return textOf(invoiceMessage?.note)
}

/** Money that was sent or is asked for, with what its sender wrote about it. */
export function parsePayment(message: proto.IMessage): InboundContent | undefined {
  const { sendPaymentMessage, requestPaymentMessage: request } = message
  if (!request) return textOf(noteOf(sendPaymentMessage?.noteMessage) || 'Payment')
  const { amount } = request
  const perUnit = cleanCount(amount?.offset) || thousandths
  return textOf(
    amount?.value
      ? moneyOf(amount.currencyCode, amount.value, perUnit)
      : moneyOf(request.currencyCodeIso4217, request.amount1000, thousandths),
    noteOf(request.noteMessage) || 'Payment request',
  )
}

/** What phones say in their own words about a payment: it is in no message. */
export function parsePaymentNotice(message: proto.IMessage): InboundContent | undefined {
  if (message.declinePaymentRequestMessage) return textOf('Payment request declined')
  if (message.cancelPaymentRequestMessage) return textOf('Payment request cancelled')
  return textOf('Payment invitation')
}

function noteOf(note: proto.IMessage | null | undefined): string {
  return linesOf([note?.extendedTextMessage?.text ?? note?.conversation])
}
