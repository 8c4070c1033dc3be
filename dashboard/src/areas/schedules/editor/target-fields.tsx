import { useFormat } from '../../../i18n/format.ts'
import { Combobox } from '../../../kit/combobox.tsx'
import { Select, TextField } from '../../../kit/field.tsx'
import { Segments } from '../../../kit/filters.tsx'
import { useChannels, useGroups, useLists, useSessions } from '../queries.ts'
import { useText } from '../words.ts'
import { type Fields, targetKinds } from './form-state.ts'

/** Fields of the editor. */
export interface EditorFields {
  fields: Fields
  onChange(part: Partial<Fields>): void
  /** What the server says about a field. */
  problem(field: string): string | undefined
}

/** Who writes, and to whom; of one that is there neither changes. */
export function TargetFields({ fields, onChange, problem, isFixed }: EditorFields & { isFixed: boolean }) {
  const t = useText()
  const { data: sessions = [] } = useSessions()
  if (isFixed) return <p className="mute small">{t('target.fixed')}</p>
  return (
    <>
      <Select
        label={t('field.session')}
        value={fields.sessionId}
        error={problem('session_id')}
        onChange={(event) => onChange({ sessionId: event.target.value, groupId: '' })}
        options={[
          { value: '', label: t('choose') },
          ...sessions.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <div className="tools">
        <Segments
          label={t('field.target')}
          value={fields.target}
          onChange={(target) => onChange({ target })}
          options={targetKinds.map((value) => ({ value, label: t(`target.${value}`) }))}
        />
      </div>
      <Picker fields={fields} onChange={onChange} problem={problem} />
    </>
  )
}

function Picker({ fields, onChange, problem }: EditorFields) {
  const t = useText()
  const format = useFormat()
  const { target, sessionId } = fields
  const lists = useLists()
  const channels = useChannels()
  const groups = useGroups(target === 'group')
  const chosen = (value: string) => (value === '' ? undefined : value)
  if (target === 'list')
    return (
      <Combobox
        label={t('field.list')}
        hint={t('field.list_hint')}
        value={chosen(fields.listId)}
        error={problem('custom_group_id')}
        onChange={(listId) => onChange({ listId: listId ?? '' })}
        options={(lists.data?.groups ?? []).map(({ id, name, member_count: count }) => ({
          value: id,
          label: t('list_option', { name, count: format.number(count) }),
        }))}
      />
    )
  if (target === 'person')
    return (
      <TextField
        label={t('field.phone')}
        hint={t('field.phone_hint')}
        type="tel"
        className="ltr"
        value={fields.phone}
        error={problem('chat_id')}
        onChange={(event) => onChange({ phone: event.target.value })}
      />
    )
  if (target === 'group')
    return (
      <Combobox
        label={t('field.group')}
        hint={t('field.group_hint')}
        value={chosen(fields.groupId)}
        error={problem('chat_id')}
        onChange={(groupId) => onChange({ groupId: groupId ?? '' })}
        options={(groups.data?.groups ?? [])
          .filter((group) => group.session_id === sessionId)
          .map(({ wa_group_id: value, name }) => ({ value, label: name }))}
      />
    )
  return (
    <Select
      label={t('field.channel')}
      value={fields.channelId}
      error={problem('channel_id')}
      onChange={(event) => {
        const channel = channels.data?.channels.find(({ id }) => id === event.target.value)
        onChange({
          channelId: event.target.value,
          ...(channel === undefined ? {} : { sessionId: channel.session_id }),
        })
      }}
      options={[
        { value: '', label: t('choose') },
        ...(channels.data?.channels ?? [])
          .filter((channel) => sessionId === '' || channel.session_id === sessionId)
          .map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  )
}
