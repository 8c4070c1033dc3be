import { useState } from 'react'
import { queries, type Schemas } from '../../../api/client.ts'
import { useLanguage } from '../../../i18n/language-context.tsx'
import { Avatar, Phone, Tag, Time } from '../../../kit/text-parts.tsx'
import { useMinute } from '../../../shell/clock.tsx'
import type { Chat } from '../shapes.ts'
import { ChatSign, isMany, useTitle } from '../title.tsx'
import { useText } from '../words.ts'
import { FilesPart } from './files-part.tsx'
import { LabelMenu } from './label-menu.tsx'
import { LeadPart } from './lead-part.tsx'
import { NotePart } from './note-part.tsx'
import { OptOutPart } from './opt-out-part.tsx'

/** Who one writes with: name, number, opt-out, lead, labels, note and files. */
export function ContactPanel({ chat }: { chat: Chat }) {
  const t = useText()
  const [isLabelling, setLabelling] = useState(false)
  const { data: contact } = queries.useQuery(
    'get',
    '/api/v2/contacts/{id}',
    { params: { path: { id: chat.contact_id ?? '' } } },
    { enabled: chat.contact_id !== null },
  )
  const title = useTitle(chat)
  return (
    <>
      <section className="who">
        <Avatar name={title} size={52} isGroup={isMany(chat)}>
          {isMany(chat) ? <ChatSign chat={chat} /> : undefined}
        </Avatar>
        <div className="cut">
          <h2 className="cut">
            <bdi>{title}</bdi>
          </h2>
          {chat.contact_phone === null ? (
            <span className="mute">{chat.is_group ? t('contact.group') : t('contact.hidden')}</span>
          ) : (
            <span className="mute">
              <Phone number={chat.contact_phone} />
            </span>
          )}
        </div>
      </section>
      <section>
        <dl className="kv">
          {contact === undefined ? null : <Person contact={contact} />}
          {contact?.first_inbound_at == null ? <First chat={chat} /> : null}
          {chat.last_inbound_at === null ? null : (
            <>
              <dt>{t('contact.last')}</dt>
              <dd>
                <Time at={chat.last_inbound_at} />
              </dd>
            </>
          )}
          <OptOutPart chat={chat} />
        </dl>
      </section>
      {chat.lead === null ? null : <LeadPart leadId={chat.lead.id} />}
      <section>
        <h2>
          {t('labels.title')}
          <LabelMenu chat={chat} open={isLabelling} onOpenChange={setLabelling} />
        </h2>
        {chat.labels.length === 0 ? <p className="mute">{t('labels.empty')}</p> : null}
        <div className="tools mtags">
          {chat.labels.map(({ id, name, color }) => (
            <Tag key={id} colour={color}>
              <bdi>{name}</bdi>
            </Tag>
          ))}
        </div>
      </section>
      {contact === undefined ? null : <NotePart key={contact.id} contact={contact} />}
      <FilesPart chat={chat} />
    </>
  )
}

/** Where the person is at home, so that nobody writes at night; what they write in; when they wrote first. */
function Person({ contact }: { contact: Schemas['ContactDetail'] }) {
  const t = useText()
  const { tag } = useLanguage()
  const now = useMinute()
  const { time_zones: zones, language, first_inbound_at: firstAt } = contact
  const clocks = [...new Set(zones.map((zone) => offsetOf(zone, now)))].sort((a, b) => a - b)
  const [from, to] = [clocks[0], clocks.at(-1)]
  const clock = (minutes: number) =>
    new Intl.DateTimeFormat(tag, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone: 'UTC',
    }).format(now.getTime() + minutes * 60_000)
  return (
    <>
      {from === undefined || to === undefined ? null : (
        <>
          <dt>{t('contact.local')}</dt>
          <dd className="num" title={zones.join(', ')}>
            {from === to ? clock(from) : t('contact.local_between', { from: clock(from), to: clock(to) })}
          </dd>
        </>
      )}
      {language === null ? null : (
        <>
          <dt>{t('contact.language')}</dt>
          <dd>{new Intl.DisplayNames(tag, { type: 'language' }).of(language)}</dd>
        </>
      )}
      {firstAt === null ? null : (
        <>
          <dt>{t('contact.first')}</dt>
          <dd>
            <Time at={firstAt} />
          </dd>
        </>
      )}
    </>
  )
}

/** By how many minutes a zone's clock differs from UTC at a moment. */
function offsetOf(timeZone: string, at: Date): number {
  const wall = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
    at,
  )
  return Math.round((Date.parse(`${wall.replace(' ', 'T')}Z`) - at.getTime()) / 60_000)
}

const path = '/api/v2/messages/chat/{session_id}/{chat_id}'

/** When the conversation began: its oldest message that is kept. */
function First({ chat }: { chat: Chat }) {
  const t = useText()
  const { data } = queries.useQuery(
    'get',
    path,
    {
      params: {
        path: { session_id: chat.session_id, chat_id: chat.id },
        query: { limit: 1, offset: Math.max(chat.message_count - 1, 0) },
      },
    },
    { staleTime: 10 * 60_000 },
  )
  const oldest = data?.messages[0]
  if (oldest === undefined) return null
  return (
    <>
      <dt>{t(oldest.direction === 'inbound' ? 'contact.first' : 'contact.first_ours')}</dt>
      <dd>
        <Time at={oldest.wa_timestamp ?? oldest.created_at} />
      </dd>
    </>
  )
}
