import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { Select, TextArea, TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { keep, readKept } from '../../kit/kept.ts'
import { newKey } from '../../kit/new-key.ts'
import { showToast } from '../../kit/toasts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { type Channel, type PostBody, publish, useCapabilities } from './queries.ts'
import { useText } from './words.ts'

const longest = 4096
const keyOf = (userId: string, channelId: string) => `moltflow.draft.post.${userId}.${channelId}`

interface Draft {
  text: string
  mediaUrl: string
  mediaType: 'image' | 'video'
  /** Goes with the post: however often it is sent, it is one. */
  key: string
}

const emptyDraft = (): Draft => ({ text: '', mediaUrl: '', mediaType: 'image', key: newKey() })

const readDraft = (key: string): Draft => ({
  ...emptyDraft(),
  ...readKept<Partial<Draft>>(localStorage, key),
})

/** Writes a post, now or planned; what is typed is kept for each person and channel. */
export function PostForm({ channel }: { channel: Channel }) {
  const { userId } = usePermissions()
  return userId === undefined ? null : <Writing channel={channel} kept={keyOf(userId, channel.id)} />
}

function Writing({ channel, kept }: { channel: Channel; kept: string }) {
  const t = useText()
  const format = useFormat()
  const form = useForm()
  const { data: can } = useCapabilities()
  const [draft, setDraft] = useState(() => readDraft(kept))
  const { text, mediaUrl, mediaType } = draft
  const media = mediaUrl.trim()
  function change(part: Partial<Draft>) {
    const next = { ...draft, ...part }
    setDraft(next)
    keep(localStorage, kept, next)
  }
  const body: PostBody = {
    ...(text.trim() === '' ? {} : { text: text.trim() }),
    ...(media === '' ? {} : { media_url: media, media_type: mediaType }),
  }
  const missing = !channel.is_active
    ? t('resting.title')
    : text.trim() === '' && media === ''
      ? t('missing.text')
      : undefined
  return (
    <section className="card" aria-labelledby="h-post">
      <header>
        <h2 id="h-post">{t('post.title')}</h2>
      </header>
      <div className="pad">
        <Form
          state={form}
          fields={['text', 'media_url', 'media_type']}
          onSubmit={async () => {
            if (missing === undefined) await publish(channel.id, body, draft.key)
          }}
          onDone={() => {
            keep(localStorage, kept, undefined)
            setDraft(emptyDraft())
            showToast({ text: t('post.done') })
          }}
          footer={
            <>
              <Link className="btn" to="/schedules/new" search={{ channel: channel.id }}>
                {t('post.plan')}
              </Link>
              <Button look="primary" type="submit" icon="send" busy={form.isBusy} refused={missing}>
                {t('post.action', { count: channel.follower_count })}
              </Button>
            </>
          }
        >
          <TextArea
            label={t('field.text')}
            hint={t('characters', { count: format.number([...text].length), most: format.number(longest) })}
            rows={4}
            maxLength={longest}
            value={text}
            error={form.problem('text')}
            onChange={(event) => change({ text: event.target.value })}
          />
          {can?.image === false ? null : (
            <div className="post-media">
              <TextField
                label={t('field.media')}
                type="url"
                className="ltr mono"
                value={mediaUrl}
                error={form.problem('media_url')}
                onChange={(event) => change({ mediaUrl: event.target.value })}
              />
              <Select
                label={t('field.media_type')}
                value={mediaType}
                error={form.problem('media_type')}
                onChange={(event) =>
                  change({ mediaType: event.target.value === 'video' ? 'video' : 'image' })
                }
                options={[
                  { value: 'image', label: t('media.image') },
                  ...(can?.video === false ? [] : [{ value: 'video', label: t('media.video') }]),
                ]}
              />
            </div>
          )}
        </Form>
      </div>
    </section>
  )
}
