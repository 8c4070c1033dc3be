import { useState } from 'react'
import { queries } from '../../../api/client.ts'
import { Avatar, Phone, Tag, Time } from '../../../kit/text-parts.tsx'
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
          <First chat={chat} />
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
