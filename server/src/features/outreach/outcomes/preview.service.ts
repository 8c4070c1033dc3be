import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { countCharacters } from '../../../platform/characters.ts'
import { unknownThing } from '../../../platform/errors.ts'
import type { MessageObject } from '../../conversations/messages/messages.schema.ts'
import { submitTextOrFile } from '../../sending/send/send-attachment.service.ts'
import { getSession, getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { emptyRecipients } from '../bulk/bulk.schema.ts'
import { checkMediaUrl, checkTexts, requireJob } from '../bulk/bulk-send.service.ts'
import { peopleOf } from '../segments/segments.service.ts'
import { chooseVariant, fillText, type TemplatePerson } from '../templating/templating.service.ts'
import { nothingToTest, type previewBody, type previewObject, type testBody } from './outcomes.schema.ts'
import { findOne, listPeople } from './recipients.store.ts'

/** What is written to somebody. */
interface Contents {
  id: string
  messageContent: string | null
  variants: string[] | null
  mediaUrl: string | null
}

/** Whom a preview is for. */
interface Addressee extends TemplatePerson {
  recipientId: string | null
  position: number
}

type Preview = z.output<typeof previewObject>

function previewOf(contents: Contents, { recipientId, position, ...person }: Addressee): Preview {
  const { variants, messageContent, mediaUrl } = contents
  const variant = variants === null ? null : chooseVariant(contents, position)
  const filled = fillText(variants?.[variant ?? 0] ?? messageContent ?? '', person)
  // A file needs no caption.
  const isBare = 'skip' in filled && filled.skip === 'empty' && mediaUrl !== null
  const shown = 'text' in filled ? filled.text : null
  return {
    recipient_id: recipientId,
    phone: phoneOf(person.phone) ?? `+${person.phone}`,
    name: person.name,
    variant,
    text: shown,
    characters: shown === null ? 0 : countCharacters(shown),
    media_url: mediaUrl,
    skip_reason: 'skip' in filled && !isBare ? filled.skip : null,
  }
}

/** What a recipient of a job gets, or got: by id or phone, else whoever comes next, else the first. */
export async function previewJob(
  ctx: Context,
  id: string,
  by: { recipient_id?: string | undefined; phone?: string | undefined },
): Promise<Preview> {
  const job = await requireJob(ctx, id)
  const filter = { tenantId: job.tenantId, jobId: job.id }
  const wanted = { id: by.recipient_id, phone: by.phone }
  const isNamed = wanted.id !== undefined || wanted.phone !== undefined
  const next = isNamed ? undefined : await findOne(ctx.db.sql, { ...filter, statuses: ['pending'] }, {})
  const recipient = next ?? (await findOne(ctx.db.sql, filter, wanted))
  if (recipient === undefined) throw unknownThing('Recipient')
  return previewOf(job, { ...recipient, recipientId: recipient.id })
}

/** The first people of a list or segment, or the one with this phone. */
async function peopleFor(
  ctx: Context,
  { custom_group_id: groupId, session_id: sessionId, phone, limit }: z.output<typeof previewBody>,
): Promise<TemplatePerson[]> {
  const bare = phone === undefined ? [] : [{ phone, name: null }]
  if (groupId === undefined) return bare
  const people = await peopleOf(ctx, tenantOf(ctx), groupId, { sessionId, now: ctx.clock.now() })
  const rows = await listPeople(ctx.db.sql, people, phone, limit)
  return rows.length === 0 ? bare : rows
}

/** Refuses unknown placeholders as a new job would be refused. */
async function checkContents(ctx: Context, input: z.output<typeof previewBody>): Promise<Contents> {
  const messageContent = input.message_content ?? input.message ?? null
  const variants = input.variants ?? null
  const groupId = input.custom_group_id ?? null
  await checkTexts(ctx, tenantOf(ctx), groupId, { content: messageContent, variants })
  return { id: input.session_id, messageContent, variants, mediaUrl: input.media_url ?? null }
}

/** What the first people of a list would get, or one of them, before there is a job. */
export async function previewContents(
  ctx: Context,
  input: z.output<typeof previewBody>,
): Promise<{ previews: Preview[] }> {
  await getSession(ctx, input.session_id)
  const contents = await checkContents(ctx, input)
  const people = await peopleFor(ctx, input)
  if (people.length === 0) throw emptyRecipients.create()
  const addressed = people.map((person, position) => ({ ...person, recipientId: null, position }))
  return { previews: addressed.map((person) => previewOf(contents, person)) }
}

/** Sends what somebody would get to the session's own chat, where nothing is counted as a campaign's. */
async function sendToOneself(ctx: Context, sessionId: string, preview: Preview): Promise<MessageObject> {
  const session = await getWorkingSession(ctx, sessionId)
  const { text, media_url: mediaUrl, skip_reason: reason } = preview
  if (reason !== null) throw nothingToTest.create({ message: `${nothingToTest.text} (${reason})` })
  const outgoing = {
    sessionId,
    chatId: `${session.phoneNumber}@c.us`,
    origin: 'api' as const,
    metadata: { bulk_test: true },
  }
  const { message } = await submitTextOrFile(ctx, outgoing, { text: text ?? '', mediaUrl })
  return message
}

/** Sends to the own chat what a recipient of a job gets. */
export async function testJob(ctx: Context, id: string, by: z.output<typeof testBody>) {
  const job = await requireJob(ctx, id)
  await getWorkingSession(ctx, job.sessionId)
  const preview = await previewJob(ctx, id, by)
  return { preview, message: await sendToOneself(ctx, job.sessionId, preview) }
}

/** The same before there is a job: for somebody of the list, else for the account itself. */
export async function testContents(ctx: Context, input: z.output<typeof previewBody>) {
  const session = await getWorkingSession(ctx, input.session_id)
  const contents = await checkContents(ctx, input)
  if (contents.mediaUrl !== null) checkMediaUrl(ctx, contents.mediaUrl)
  const oneself = { phone: session.phoneNumber ?? '', name: null }
  const [person = oneself] = await peopleFor(ctx, { ...input, limit: 1 })
  const preview = previewOf(contents, { ...person, recipientId: null, position: 0 })
  return { preview, message: await sendToOneself(ctx, session.id, preview) }
}
