import { useState } from 'react'
import { api } from '../../../api/client.ts'
import { IconButton } from '../../../kit/button.tsx'
import { Confirm } from '../../../kit/confirm.tsx'
import { copyText } from '../../../kit/copy-text.ts'
import { Icon } from '../../../kit/icon.tsx'
import { Menu, type MenuItem } from '../../../kit/menu.tsx'
import { useReason } from '../../../kit/notes.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'
import { textOf } from './kind-words.ts'
import { momentOf } from './runs.ts'
import { refreshThread } from './thread-window.ts'

const editableMs = 15 * 60_000
const revocableMs = 60 * 3_600_000
const emojis = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const

/** What the thread does for a message: it knows the composer and the dialogs. */
export interface MessageActions {
  reply(message: Message): void
  edit(message: Message): void
  forward(message: Message): void
  /** Why nothing can be sent now, if so. */
  barrier: string | undefined
  /** The digits of the own number, for own reactions. */
  ownDigits: string | undefined
}

const refreshOf = ({ session_id: sessionId, chat_id: chatId }: Message) =>
  refreshThread({ sessionId, chatId })

async function react(message: Message, emoji: string): Promise<void> {
  await api.POST('/api/v2/messages/{message_id}/react', {
    params: { path: { message_id: message.id } },
    body: { emoji },
  })
  await refreshOf(message)
}

async function star(message: Message): Promise<void> {
  const params = { path: { message_id: message.id } }
  if (message.is_starred) await api.DELETE('/api/v2/messages/{message_id}/star', { params })
  else await api.POST('/api/v2/messages/{message_id}/star', { params })
  await refreshOf(message)
}

async function takeBack(message: Message): Promise<void> {
  await api.DELETE('/api/v2/messages/{message_id}', { params: { path: { message_id: message.id } } })
  await refreshOf(message)
}

function useRun() {
  const reason = useReason()
  const [refusal, setRefusal] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  async function run(act: () => Promise<unknown>) {
    if (isBusy) return
    setBusy(true)
    setRefusal(undefined)
    try {
      await act()
    } catch (error) {
      setRefusal(reason(error))
    } finally {
      setBusy(false)
    }
  }
  return { run, refusal, isBusy }
}

function useItems(message: Message, actions: MessageActions, run: (act: () => Promise<unknown>) => void) {
  const t = useText()
  const isOwn = message.direction === 'outbound'
  const age = Date.now() - Date.parse(momentOf(message))
  const isThere = message.deleted_at === null && message.status !== 'failed'
  const isSent = isThere && message.status !== 'pending' && message.status !== 'pending_approval'
  const { barrier, ownDigits } = actions
  const unsent = isSent ? undefined : t('menu.not_there')
  const own = message.reactions.find(({ from }) => ownDigits !== undefined && from.includes(ownDigits))
  const late = (ms: number, why: string) => unsent ?? (age > ms ? why : undefined) ?? barrier
  const item = (id: string, onSelect: () => void, refused?: string): MenuItem => ({
    id,
    label: t.of(`menu.${id}`),
    refused,
    onSelect,
  })
  const answer = [
    {
      ...item('reply', () => actions.reply(message), unsent ?? barrier),
      glyph: ['reply', 'off'] as const,
      keys: 'R',
    },
    item('forward', () => actions.forward(message), unsent ?? barrier),
  ]
  const text = textOf(message)
  const keep = [
    ...(text === ''
      ? []
      : [
          {
            ...item('copy', () => void copyText(text).then(() => showToast({ text: t('menu.copied') }))),
            icon: 'copy' as const,
          },
        ]),
    {
      ...item('star', () => run(() => star(message)), unsent ?? barrier),
      label: t(message.is_starred ? 'menu.unstar' : 'menu.star'),
    },
  ]
  const reactions: MenuItem[] = emojis.map((emoji) => ({
    id: emoji,
    label: t('menu.react', { emoji }),
    checked: own?.emoji === emoji,
    refused: unsent ?? barrier,
    onSelect: () => run(() => react(message, own?.emoji === emoji ? '' : emoji)),
  }))
  const ours = isOwn
    ? [
        ...(message.message_type === 'text'
          ? [item('edit', () => actions.edit(message), late(editableMs, t('menu.edit_late')))]
          : []),
      ]
    : []
  const back = late(revocableMs, t('menu.back_late'))
  return { groups: [answer, reactions, keep, ours].filter((items) => items.length > 0), back, isOwn }
}

/** What can be done with a message. The menu itself is made when it is first asked for: a thread has many. */
export function MessageMenu({ message, actions }: { message: Message; actions: MessageActions }) {
  const t = useText()
  const [isAsked, setAsked] = useState(false)
  if (isAsked) return <OpenedMenu message={message} actions={actions} />
  return (
    <span className="mmenu">
      <button
        type="button"
        className="btn icon quiet"
        aria-label={t('menu.title')}
        aria-haspopup="menu"
        onClick={() => setAsked(true)}
      >
        <Icon name="dots" />
      </button>
    </span>
  )
}

/** The menu; what cannot be done says why. */
function OpenedMenu({ message, actions }: { message: Message; actions: MessageActions }) {
  const t = useText()
  const [isOpen, setOpen] = useState(true)
  const [isAsking, setAsking] = useState(false)
  const { run, refusal, isBusy } = useRun()
  const { groups, back, isOwn } = useItems(message, actions, (act) => void run(act))
  const last: MenuItem[] = isOwn
    ? [{ id: 'back', label: t('menu.back'), refused: back, onSelect: () => setAsking(true) }]
    : []
  return (
    <>
      <span className="mmenu">
        <Menu
          trigger={<IconButton icon="dots" label={t('menu.title')} busy={isBusy} />}
          groups={last.length === 0 ? groups : [...groups, last]}
          open={isOpen}
          onOpenChange={setOpen}
        />
      </span>
      {refusal === undefined ? null : (
        <p className="meta bad" role="alert">
          {refusal}
        </p>
      )}
      <Confirm
        open={isAsking}
        onClose={() => setAsking(false)}
        title={t('back.title')}
        action={t('back.action')}
        isLoss
        run={() => takeBack(message)}
      >
        <p>{t('back.text')}</p>
      </Confirm>
    </>
  )
}
