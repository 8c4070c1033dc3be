import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import { Meter } from '../../kit/figures.tsx'
import { State } from '../../kit/icon.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Avatar, Time } from '../../kit/text-parts.tsx'
import { Page } from '../../shell/page.tsx'
import { AddDialog } from './add-dialog.tsx'
import './channels.css'
import { type Channel, useChannels, useSessions, useUsage } from './queries.ts'
import { useText } from './words.ts'

/** All channels, with what the plan has room for. */
export function ChannelsPage() {
  const t = useText()
  const query = useChannels()
  const [isAdding, setAdding] = useState(false)
  const rows = query.data?.pages.flatMap((page) => page.channels)
  const add = (
    <Button look="primary" icon="plus" onClick={() => setAdding(true)}>
      {t('add')}
    </Button>
  )
  return (
    <Page
      title={t('title')}
      actions={
        <>
          {rows?.length === 0 ? null : add}
          <CurlButton calls={[{ method: 'get', path: '/api/v2/channels' }]} />
        </>
      }
    >
      {query.error === null ? null : (
        <div className="notes">
          <ErrorNote error={query.error} title={t('list.failed')} onRetry={() => void query.refetch()} />
        </div>
      )}
      {rows === undefined ? (
        query.error === null && <SkeletonRows rows={5} avatar />
      ) : rows.length === 0 ? (
        <Empty title={t('empty.title')} action={add}>
          {t('empty.text')}
        </Empty>
      ) : (
        <>
          <Limits />
          <ChannelTable
            rows={rows}
            onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
          />
        </>
      )}
      <AddDialog open={isAdding} onClose={() => setAdding(false)} />
    </Page>
  )
}

function Limits() {
  const t = useText()
  const { data } = useUsage()
  if (data === undefined) return null
  const { usage, limits } = data
  return (
    <div className="channel-limits">
      <Meter used={usage.channels} limit={limits.max_channels} label={t('limit.channels')} />
      <Meter
        used={usage.channel_posts_this_month}
        limit={limits.max_channel_posts_per_month}
        label={t('limit.posts')}
      />
    </div>
  )
}

/** Whether a channel works, or rests for want of room. */
export function ChannelState({ channel, loud }: { channel: Channel; loud?: boolean }) {
  const t = useText()
  if (channel.is_active)
    return (
      <State shape="dot" tone="ok" {...(loud === undefined ? {} : { loud })}>
        {t('state.active')}
      </State>
    )
  return (
    <State shape="pause" tone="warn" loud>
      {t('state.resting')}
    </State>
  )
}

function ChannelTable({ rows, onEnd }: { rows: readonly Channel[]; onEnd(): void }) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const { data: sessions = [] } = useSessions()
  const columns: Column<Channel>[] = [
    {
      id: 'name',
      head: t('column.name'),
      cell: (channel) => (
        <span className="channel-name">
          <Avatar name={channel.name} isGroup size={32} />
          <Link to="/channels/$channelId" params={{ channelId: channel.id }}>
            <bdi>{channel.name}</bdi>
            <small>
              <bdi>{sessions.find(({ id }) => id === channel.session_id)?.name ?? ''}</bdi>
            </small>
          </Link>
        </span>
      ),
    },
    { id: 'state', head: t('column.state'), cell: (channel) => <ChannelState channel={channel} /> },
    {
      id: 'followers',
      head: t('column.followers'),
      isNumber: true,
      cell: (channel) => format.number(channel.follower_count),
    },
    { id: 'role', head: t('column.role'), hides: 'lo', cell: (channel) => t(`role.${channel.role}`) },
    {
      id: 'synced',
      head: t('column.synced'),
      isNumber: true,
      hides: 'lo',
      cell: (channel) => <Time at={channel.followers_synced_at} />,
    },
  ]
  return (
    <Table<Channel>
      label={t('title')}
      rows={rows}
      columns={columns}
      idOf={(channel) => channel.id}
      nameOf={(channel) => channel.name}
      onOpen={({ id }) => void navigate({ to: '/channels/$channelId', params: { channelId: id } })}
      onEnd={onEnd}
      rowHeight={52}
    />
  )
}
