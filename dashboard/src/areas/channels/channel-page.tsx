import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import { Checkbox } from '../../kit/field.tsx'
import { Figure, Meter } from '../../kit/figures.tsx'
import { type FormState, useForm } from '../../kit/form.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Menu } from '../../kit/menu.tsx'
import { ErrorNote, Note } from '../../kit/notes.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { Page, PageBody } from '../../shell/page.tsx'
import { ChannelState } from './channels-page.tsx'
import './channels.css'
import { PlannedCard } from './planned-card.tsx'
import { PostForm } from './post-form.tsx'
import { PostsCard } from './posts-card.tsx'
import { type Channel, deleteChannel, syncChannel, useChannel, useSessions } from './queries.ts'
import { useText } from './words.ts'

/** One channel: write to it, who follows, what was posted and what will be. */
export function ChannelPage() {
  const t = useText()
  const { channelId } = useParams({ from: '/app/channels/$channelId' })
  const query = useChannel(channelId)
  const steering = useForm()
  const { data: channel } = query
  return (
    <Page
      title={channel?.name ?? t('title')}
      crumb={{ to: '/channels', label: t('title') }}
      state={channel === undefined ? null : <ChannelState channel={channel} loud />}
      actions={channel === undefined ? null : <Actions channel={channel} steering={steering} />}
    >
      <PageBody label={t('one.label')}>
        {steering.error === undefined ? null : <ErrorNote error={steering.error} title={t('steer.failed')} />}
        <Loaded query={query} title={t('one.failed')}>
          {(loaded) => (
            <div className="two">
              <div className="stack">
                {loaded.is_active ? null : (
                  <Note tone="warn" shape="pause" title={t('resting.title')}>
                    {t('resting.text')}
                  </Note>
                )}
                <PostForm key={loaded.id} channel={loaded} />
                <PostsCard channelId={loaded.id} />
              </div>
              <div className="stack">
                <AboutCard channel={loaded} posts={loaded.posts_this_month} limit={loaded.posts_limit} />
                <PlannedCard channelId={loaded.id} />
              </div>
            </div>
          )}
        </Loaded>
      </PageBody>
    </Page>
  )
}

function AboutCard({ channel, posts, limit }: { channel: Channel; posts: number; limit: number | null }) {
  const t = useText()
  const format = useFormat()
  const { data: sessions = [] } = useSessions()
  const { description, invite_link: link, session_id: sessionId } = channel
  return (
    <section className="card" aria-labelledby="h-about">
      <header>
        <h2 id="h-about">{t('about')}</h2>
      </header>
      <div className="pad stack about-card">
        <dl className="channel-figures">
          <Figure
            label={t('column.followers')}
            value={format.number(channel.follower_count)}
            detail={<Time at={channel.followers_synced_at} />}
          />
          <Figure label={t('column.role')} value={t(`role.${channel.role}`)} />
        </dl>
        {description === null ? null : <p dir="auto">{description}</p>}
        <p className="mute small">
          {t.rich('about.session', {
            session: <bdi>{sessions.find(({ id }) => id === sessionId)?.name ?? '–'}</bdi>,
          })}
        </p>
        {link === null ? null : (
          <CopyButton text={link} look="quiet">
            {t('copy_link')}
          </CopyButton>
        )}
        <Meter used={posts} limit={limit} label={t('limit.posts')} />
      </div>
    </section>
  )
}

function Actions({ channel, steering }: { channel: Channel; steering: FormState }) {
  const t = useText()
  const navigate = useNavigate()
  const [isDeleting, setDeleting] = useState(false)
  const [isOnWhatsApp, setOnWhatsApp] = useState(false)
  const { id, name, role } = channel
  const sync = () => void steering.submit(() => syncChannel(id))
  return (
    <>
      <Button className="desk-only" icon="refresh" busy={steering.isBusy} onClick={sync}>
        {t('sync')}
      </Button>
      <IconButton
        className="phone-only"
        icon="refresh"
        label={t('sync')}
        busy={steering.isBusy}
        onClick={sync}
      />
      <Menu
        trigger={<IconButton icon="dots" label={t('menu.label')} />}
        groups={[[{ id: 'delete', label: t('delete.menu'), onSelect: () => setDeleting(true) }]]}
      />
      <CurlButton
        calls={[
          { method: 'get', path: '/api/v2/channels/{id}', params: { path: { id } } },
          {
            method: 'post',
            path: '/api/v2/channels/{id}/broadcast',
            params: { path: { id } },
            body: { text: '…' },
          },
          { method: 'get', path: '/api/v2/channels/{id}/posts', params: { path: { id } } },
        ]}
      />
      <Confirm
        open={isDeleting}
        onClose={() => setDeleting(false)}
        isLoss
        title={t('delete.title', { name })}
        action={t(isOnWhatsApp ? 'delete.action_whatsapp' : 'delete.action')}
        keep={t('keep')}
        {...(isOnWhatsApp
          ? { typed: { word: name, label: t.rich('delete.type', { name: <bdi>{name}</bdi> }) } }
          : {})}
        run={() => deleteChannel(id, isOnWhatsApp, () => navigate({ to: '/channels' }))}
      >
        <p>{t('delete.text')}</p>
        {role === 'owner' ? (
          <Checkbox
            label={t('delete.whatsapp')}
            hint={t('delete.whatsapp_hint', { count: channel.follower_count })}
            checked={isOnWhatsApp}
            onChange={(event) => setOnWhatsApp(event.target.checked)}
          />
        ) : null}
      </Confirm>
    </>
  )
}
