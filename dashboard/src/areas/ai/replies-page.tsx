import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Card } from '../../kit/card.tsx'
import { FieldGroup, Radio, Select } from '../../kit/field.tsx'
import { useForm } from '../../kit/form.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SavedSwitch } from '../../kit/saved-switch.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import {
  changeReplySettings,
  type ReplyChange,
  type ReplySettings,
  useReplySettings,
  useSessions,
} from './queries.ts'
import { RepliesForm } from './replies-form.tsx'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

/** How each number answers by itself. */
export function RepliesPage() {
  const { session } = useSearch({ from: '/app/ai/replies' })
  const { data: sessions } = useSessions()
  const chosen = sessions?.find(({ id }) => id === session) ?? sessions?.[0]
  return (
    <SectionPage
      section="replies"
      calls={[
        {
          method: 'get',
          path: '/api/v2/ai/auto-replies/{session_id}',
          params: { path: { session_id: chosen?.id ?? '' } },
        },
      ]}
    >
      <Replies chosenId={chosen?.id} />
    </SectionPage>
  )
}

function Replies({ chosenId }: { chosenId: string | undefined }) {
  const t = useText()
  const navigate = useNavigate({ from: '/ai/replies' })
  const query = useSessions()
  return (
    <Loaded query={query} title={t('replies.failed')}>
      {(sessions) =>
        chosenId === undefined ? (
          <Empty
            title={t('replies.no_numbers')}
            action={
              <Link className="btn primary" to="/sessions">
                {t('replies.connect')}
              </Link>
            }
          >
            {t('replies.no_numbers_text')}
          </Empty>
        ) : (
          <div className="reply-settings">
            <Select
              label={t('replies.number')}
              value={chosenId}
              onChange={({ target }) => void navigate({ search: { session: target.value } })}
              options={sessions.map(({ id, name }) => ({ value: id, label: name }))}
            />
            <Settings key={chosenId} sessionId={chosenId} />
          </div>
        )
      }
    </Loaded>
  )
}

function Settings({ sessionId }: { sessionId: string }) {
  const t = useText()
  const query = useReplySettings(sessionId)
  const { holds } = usePermissions()
  const lacking = ['ai:manage', 'messages:send'].find((scope) => !holds(scope))
  const refused = lacking === undefined ? undefined : t('refused.scope', { scope: lacking })
  return (
    <Loaded query={query} title={t('replies.failed')}>
      {(settings) => (
        <>
          <Doing sessionId={sessionId} settings={settings} refused={refused} />
          <RepliesForm sessionId={sessionId} settings={settings} refused={refused} />
        </>
      )}
    </Loaded>
  )
}

const modes = ['off', 'draft', 'auto'] as const

interface DoingProps {
  sessionId: string
  settings: ReplySettings
  refused: string | undefined
}

/** Saved at once: whether it answers, and from what. */
function Doing({ sessionId, settings, refused }: DoingProps) {
  const t = useText()
  const form = useForm()
  const [wanted, setWanted] = useState<ReplySettings['mode']>()
  const save = (change: ReplyChange) => changeReplySettings(sessionId, change)
  // Shown at once, and as it was when it is refused, with the reason below.
  async function choose(mode: ReplySettings['mode']) {
    if (refused !== undefined || form.isBusy) return
    setWanted(mode)
    await form.submit(() => save({ mode }))
    setWanted(undefined)
  }
  return (
    <Card title={t('section.replies')}>
      <FieldGroup legend={t('replies.mode')}>
        {modes.map((mode) => (
          <Radio
            key={mode}
            name="mode"
            label={t(`replies.mode_${mode}`)}
            hint={refused ?? t(`replies.mode_${mode}_hint`)}
            checked={(wanted ?? settings.mode) === mode}
            onChange={() => void choose(mode)}
          />
        ))}
      </FieldGroup>
      {form.error === undefined ? null : <ErrorNote error={form.error} />}
      <SavedSwitch
        label={t('replies.in_groups')}
        checked={settings.in_groups === 'mentioned'}
        refused={refused}
        save={(isOn) => save({ in_groups: isOn ? 'mentioned' : 'off' })}
      />
      <SavedSwitch
        label={t('replies.use_rag')}
        checked={settings.use_rag}
        refused={refused}
        save={(isOn) => save({ use_rag: isOn })}
      />
      <SavedSwitch
        label={t('replies.apply_style')}
        checked={settings.apply_style}
        refused={refused}
        save={(isOn) => save({ apply_style: isOn })}
      />
    </Card>
  )
}
