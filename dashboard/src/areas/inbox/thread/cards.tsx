import { useNavigate } from '@tanstack/react-router'
import { useFormat } from '../../../i18n/format.ts'
import { FormattedText } from '../../../kit/formatted-text.tsx'
import { Icon } from '../../../kit/icon.tsx'
import { Avatar, Phone } from '../../../kit/text-parts.tsx'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'
import { readCard } from './vcard.ts'
import { Voters } from './voters.tsx'

/** A place, fixed or live: what it is called, where it is, and a map elsewhere. Nothing is fetched for it. */
export function PlaceCard({ location }: { location: NonNullable<Message['location']> }) {
  const t = useText()
  const { latitude, longitude, name, address, is_live: isLive } = location
  const where = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`
  return (
    <div className="mcard">
      <span className="mpin">
        <Icon name="globe" />
      </span>
      <div className="cut">
        <b className="cut">
          {name === null ? t(isLive ? 'kind.location_live' : 'kind.location') : <bdi>{name}</bdi>}
        </b>
        {address === null ? null : (
          <p>
            <bdi>{address}</bdi>
          </p>
        )}
        {isLive ? <p className="mute">{t('location.live')}</p> : null}
        <p className="mute num ltr">{where}</p>
        <a className="link" href={map} target="_blank" rel="noreferrer noopener">
          {t('location.map')}
        </a>
      </div>
    </div>
  )
}

/** People whose cards were sent, with a way to write to them. */
export function ContactCards({
  vcards,
  sessionId,
}: {
  vcards: NonNullable<Message['vcards']>
  sessionId: string
}) {
  return (
    <div className="mcards">
      {vcards.map(({ name, vcard }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two cards may be of the same name
        <ContactCard key={index} name={name} vcard={vcard} sessionId={sessionId} />
      ))}
    </div>
  )
}

function ContactCard({ name, vcard, sessionId }: { name: string; vcard: string; sessionId: string }) {
  const t = useText()
  const navigate = useNavigate()
  const { phones, emails, organisation } = readCard(vcard)
  const title = name === '' ? (phones[0] ?? t('kind.vcard')) : name
  return (
    <div className="mcard">
      <Avatar name={title} />
      <div className="cut">
        <b className="cut">
          <bdi>{title}</bdi>
        </b>
        {organisation === undefined ? null : (
          <p className="mute cut">
            <bdi>{organisation}</bdi>
          </p>
        )}
        {phones.map((phone) => (
          <p key={phone}>
            <Phone number={phone} />
          </p>
        ))}
        {emails.map((email) => (
          <p key={email} className="cut ltr">
            {email}
          </p>
        ))}
        {phones[0] === undefined ? null : (
          <button
            type="button"
            className="link"
            onClick={() =>
              void navigate({
                to: '.',
                search: (old: object) => ({ ...old, write: phones[0], from: sessionId }),
              } as never)
            }
          >
            {t('vcard.write')}
          </button>
        )}
      </div>
    </div>
  )
}

/** A poll with how often each answer was chosen. */
export function PollCard({ poll, messageId }: { poll: NonNullable<Message['poll']>; messageId: string }) {
  const t = useText()
  const format = useFormat()
  const votes = poll.options.reduce((sum, option) => sum + option.votes, 0)
  return (
    <>
      <header>
        <h3 dir="auto">{poll.title}</h3>
        <small>{t('poll.votes', { count: votes })}</small>
      </header>
      <ul>
        {poll.options.map((option, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: answers stay in their order
          <li key={index}>
            <i style={{ '--v': `${(100 * option.votes) / Math.max(votes, 1)}%` } as React.CSSProperties} />
            <span dir="auto">{option.text}</span>
            <span className="who num">{format.number(option.votes)}</span>
          </li>
        ))}
      </ul>
      {poll.allow_multiple ? <small className="mute">{t('poll.several')}</small> : null}
      {votes === 0 ? null : <Voters messageId={messageId} votes={votes} />}
    </>
  )
}

/** A kind that is not drawn in a way of its own: its text, and that there is more on the phone. Never nothing. */
export function OtherCard({ kind, text }: { kind: string; text: string }) {
  const t = useText()
  if (text !== '' && kind !== 'unknown') return <FormattedText text={text} />
  return (
    <div className="mother">
      <Icon name="sessions" size="s" />
      <span>
        {text === '' ? null : <FormattedText text={text} />}
        {t('kind.unknown_text')}
      </span>
    </div>
  )
}
