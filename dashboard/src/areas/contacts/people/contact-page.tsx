import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { groupPhone, useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { CopyButton } from '../../../kit/copy-button.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { TextArea, TextField } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { Phone, Tag, Time } from '../../../kit/text-parts.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { Page, PageBody } from '../../../shell/page.tsx'
import '../contacts.css'
import { type Contact, updateContact, useContact, useSessions } from '../queries.ts'
import { useText } from '../words.ts'

/** One person: names, numbers, when they were last heard of, notes. */
export function ContactPage() {
  const t = useText()
  const { contactId } = useParams({ from: '/app/contacts/$contactId' })
  const query = useContact(contactId)
  const { data: contact } = query
  const title =
    contact === undefined
      ? t('title')
      : (contact.name ?? (contact.phone === null ? t('hidden_number') : groupPhone(contact.phone)))
  return (
    <Page
      title={title}
      crumb={{ to: '/contacts', label: t('title') }}
      actions={
        <CurlButton
          calls={[{ method: 'get', path: '/api/v2/contacts/{id}', params: { path: { id: contactId } } }]}
        />
      }
    >
      <Loaded query={query} title={t('one.failed')}>
        {(loaded) => (
          <PageBody label={title}>
            <div className="two">
              <OwnWords key={loaded.id} contact={loaded} />
              <Facts contact={loaded} />
            </div>
          </PageBody>
        )}
      </Loaded>
    </Page>
  )
}

function OwnWords({ contact }: { contact: Contact }) {
  const t = useText()
  const form = useForm()
  const [name, setName] = useState(contact.own_name ?? '')
  const [notes, setNotes] = useState(contact.notes ?? '')
  const isSame = name === (contact.own_name ?? '') && notes === (contact.notes ?? '')
  const others = [contact.book_name, contact.push_name].filter(
    (other) => other !== null && other !== contact.own_name,
  )
  return (
    <section className="card" aria-labelledby="contact-own">
      <header>
        <h2 id="contact-own">{t('own')}</h2>
      </header>
      <div className="card-in">
        <Form
          state={form}
          fields={['name', 'notes']}
          onSubmit={async () => {
            if (isSame) return
            await updateContact(contact.id, {
              name: name.trim() === '' ? null : name.trim(),
              notes: notes.trim() === '' ? null : notes,
            })
            showToast({ text: t('saved') })
          }}
          footer={
            <Button type="submit" busy={form.isBusy} refused={isSame ? t('same') : undefined}>
              {t('save')}
            </Button>
          }
        >
          <TextField
            label={t('field.name')}
            hint={
              others.length === 0
                ? t('field.name_hint')
                : t('field.other_names', { names: others.join(', ') })
            }
            dir="auto"
            maxLength={255}
            value={name}
            error={form.problem('name')}
            onChange={(event) => setName(event.target.value)}
          />
          <TextArea
            label={t('field.notes')}
            maxLength={5000}
            value={notes}
            error={form.problem('notes')}
            onChange={(event) => setNotes(event.target.value)}
          />
        </Form>
      </div>
    </section>
  )
}

function Facts({ contact }: { contact: Contact }) {
  const t = useText()
  const format = useFormat()
  const { data: sessions = [] } = useSessions()
  const { phone } = contact
  const names = sessions.filter(({ id }) => contact.sessions.includes(id)).map(({ name }) => name)
  return (
    <section className="card" aria-labelledby="contact-facts">
      <header>
        <h2 id="contact-facts">{t('facts')}</h2>
      </header>
      <dl className="card-in facts">
        <Fact name={t('column.phone')}>
          {phone === null ? (
            t('hidden_number')
          ) : (
            <>
              <Phone number={phone} /> <CopyButton text={phone} label={t('copy_phone')} />
            </>
          )}
        </Fact>
        <Fact name={t('facts.kind')}>{contact.is_business ? t('facts.business') : t('facts.person')}</Fact>
        <Fact name={t('column.last')}>
          {contact.last_inbound_at === null ? t('never') : <Time at={contact.last_inbound_at} />}
        </Fact>
        <Fact name={t('facts.last_out')}>
          {contact.last_outbound_at === null ? t('never') : <Time at={contact.last_outbound_at} />}
        </Fact>
        <Fact name={t('column.messages')}>{format.number(contact.message_count)}</Fact>
        <Fact name={t('facts.numbers')}>
          <bdi>{format.list(names)}</bdi>
        </Fact>
        {contact.is_blocked ? <Fact name={t('facts.blocked')}>{t('facts.blocked_yes')}</Fact> : null}
        {contact.labels.length === 0 ? null : (
          <Fact name={t('column.labels')}>
            <span className="tags">
              {contact.labels.map(({ id, name, color }) => (
                <Tag key={id} colour={color}>
                  <bdi>{name}</bdi>
                </Tag>
              ))}
            </span>
          </Fact>
        )}
      </dl>
    </section>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
