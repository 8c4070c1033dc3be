import { until } from '../http.ts'
import { draw, invoice, sticker, voiceNote } from './files.ts'
import { answer, phones, type Stage, say } from './stage.ts'

const [harriet, tom, maya, priya] = ['447700900101', '447700900102', '12125550103', '447700900105']
const [lucia, diego, beatriz, rafael] = ['13055550121', '13055550122', '16175550131', '16175550132']
const [noa, xiaoyan, layla, helena] = ['17185550141', '14155550151', '13135550161', '16175550135']

/** The newest message that a phone shows of ours. */
async function newestOfOurs({ simulator }: Stage, phone: string): Promise<string> {
  const shown = await simulator<{ id: string; from: string; fromMe?: boolean }[]>(
    'GET',
    `/accounts/${phone}/messages`,
  )
  return shown.findLast(({ from }) => from.startsWith(phones.desk))?.id ?? ''
}

/** Our newest answer is quoted, a text is mended, another one taken back, and reactions go both ways. */
async function talkWithTraces(stage: Stage): Promise<void> {
  const typed = await say(stage, tom, { text: 'It is the Lumo 80, the small one' })
  await say(stage, tom, { edit: { message: typed, text: 'It is the Lumo 800, the small one' } })
  await answer(stage, tom, 'Yes, USB-C. A full charge takes two hours.')
  const ours = await newestOfOurs(stage, tom)
  await say(stage, tom, { reaction: { message: ours, emoji: '👍' } })
  await say(stage, tom, { text: 'Then I take a second one for my wife', quoted: ours })

  const slip = await say(stage, noa, { text: 'הטלפון של בעלי הוא...' })
  await say(stage, noa, { revoke: { message: slip } })
  await say(stage, noa, { text: 'שולחת עוד מעט את המספר הנכון' })

  await answer(stage, diego, 'Hasta el sábado, Diego. Traiga un documento, por favor.')
  await say(stage, diego, { reaction: { message: await newestOfOurs(stage, diego), emoji: '❤️' } })
}

/** A poll of ours that is voted in, a card, a place, a voice note, papers, pictures and a sticker. */
async function talkInAllKinds(stage: Stage): Promise<void> {
  const { owner, sessions } = stage
  await stage.simulator('PUT', `/accounts/${priya}/script`, {
    rules: [
      { when: { kind: 'poll' }, answer: { vote: { options: ['Saturday 9 May'] } }, afterMs: 1500 },
      {
        when: { text: 'check-up' },
        answer: { text: 'Count me in, both bikes!' },
        afterMs: 6000,
        typingMs: 2000,
      },
    ],
  })
  await owner('POST', '/messages/send/poll', {
    session_id: sessions.desk,
    chat_id: `${priya}@c.us`,
    title: 'Which day suits your group?',
    options: ['Saturday 9 May', 'Sunday 10 May', 'Saturday 16 May'],
  })
  await say(stage, maya, { contacts: [{ name: 'Ben Castillo', phone: '15550100102' }] })
  await say(stage, maya, { text: 'Ben picks the bike up for me, this is his number' })
  await say(stage, lucia, {
    media: voiceNote({
      text: 'Hola, ¿a qué hora abren el sábado? Quiero dejar la bicicleta para una revisión.',
      language: 'es',
    }),
  })
  await say(stage, xiaoyan, {
    location: { latitude: 38.7135, longitude: -9.1394, name: '河畔酒店', address: 'Rua do Cais 12' },
  })
  await say(stage, beatriz, { media: { ...(await draw('violet')), caption: 'É esta aqui, aro 24' } })
  await say(stage, layla, { media: await draw('green') })
  await say(stage, rafael, { media: await sticker() })
  await say(stage, '447700900108', { media: invoice('order-4471.pdf') }, 'shop')
  await owner('POST', '/messages/send/location', {
    session_id: sessions.desk,
    chat_id: `${maya}@c.us`,
    latitude: 38.7097,
    longitude: -9.1336,
    name: 'Harbour Cycles',
    address: 'Quay 4',
  })
  await say(stage, harriet, { text: 'And which pedals come with it?' })
}

/** A text that WhatsApp refuses, and a call that nobody took. */
async function whatWentWrong(stage: Stage): Promise<void> {
  const { simulator } = stage
  await simulator('POST', '/faults', {
    kind: 'ack_error',
    phone: phones.shop,
    code: 500,
    to: `${helena}@c.us`,
    count: 3,
  })
  await answer(stage, helena, 'Helena, a jaqueta azul chegou hoje.', 'shop').catch(() => undefined)
  await simulator('POST', '/faults', { kind: 'ack_error', phone: phones.shop, clear: true })
  const call = await simulator<{ id: string }>('POST', '/accounts/13055550121/calls', {
    to: `${phones.desk}@c.us`,
  })
  await simulator('POST', `/accounts/13055550121/calls/${call.id}`, { action: 'end' }).catch(() => undefined)
}

/** Labels of chats, notes on people. */
async function sortChats({ owner }: Stage): Promise<void> {
  const labels = [
    { name: 'Workshop', color: '#1F6D68', phones: [tom, lucia, rafael, '17185550142', '14155550152', layla] },
    { name: 'Rental', color: '#6A3D8C', phones: [maya, diego, xiaoyan, priya] },
    { name: 'Complaint', color: '#AC2727', phones: ['447700900108', '17185550143', '16175550133'] },
    { name: 'Paid', color: '#38692D', phones: ['16175550134', '447700900109', maya] },
  ]
  const wanted = new Map<string, string[]>()
  for (const { name, color, phones: members } of labels) {
    const { id } = await owner<{ id: string }>('POST', '/labels', { name, color })
    for (const phone of members) wanted.set(phone, [...(wanted.get(phone) ?? []), id])
  }
  for (const [phone, label_ids] of wanted) await owner('PUT', `/labels/chat/${phone}@c.us`, { label_ids })
}

/** What happens in chats after linking. The shop has to be linked as well. */
export async function playScenes(stage: Stage): Promise<void> {
  await talkWithTraces(stage)
  await talkInAllKinds(stage)
  await until('the chats to be there', async () => {
    const { chats } = await stage.owner<{ chats: unknown[] }>('GET', '/chats?limit=50')
    return chats.length > 30 || undefined
  })
  await sortChats(stage)
  await whatWentWrong(stage)
}
