import { useState } from 'react'
import { groupPhone, useFormat } from '../../../i18n/format.ts'
import { Button, IconButton } from '../../../kit/button.tsx'
import { Confirm } from '../../../kit/confirm.tsx'
import { Menu } from '../../../kit/menu.tsx'
import { ErrorNote, Note } from '../../../kit/notes.tsx'
import { type Column, Table } from '../../../kit/table.tsx'
import { Phone } from '../../../kit/text-parts.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { changeMembers, type MemberChange, type MemberResult, type WhatsAppGroup } from '../queries.ts'
import { useText } from '../words.ts'
import { AddMembersDialog } from './add-members-dialog.tsx'

type Member = WhatsAppGroup['participants'][number]

/** Who is in the group, as what, and what admins can do about it. */
export function GroupMembers({ group }: { group: WhatsAppGroup }) {
  const t = useText()
  const format = useFormat()
  const [isAdding, setAdding] = useState(false)
  const [failed, setFailed] = useState<unknown>()
  const [refused, setRefused] = useState<MemberResult>()
  const [removing, setRemoving] = useState<Member>()
  const nameOf = ({ phone }: Member) => (phone === null ? t('hidden_number') : groupPhone(phone))

  async function change(member: Member, what: MemberChange) {
    setFailed(undefined)
    setRefused(undefined)
    try {
      const [result] = await changeMembers(group, what, [member.phone ?? member.wa_chat_id])
      if (result?.success) showToast({ text: t.of(`done.${what}`, { name: nameOf(member) }) })
      else setRefused(result)
    } catch (error) {
      setFailed(error)
    }
  }
  const columns = useColumns(group, nameOf, (member, what) => {
    if (what === 'participants/remove') setRemoving(member)
    else void change(member, what)
  })
  return (
    <section className="card members" aria-labelledby="group-members">
      <header>
        <h2 id="group-members">{t('members')}</h2>
        <span className="mute num">{format.number(group.member_count)}</span>
        <span className="sp" />
        <Button
          icon="plus"
          refused={group.is_admin || group.member_add_mode === 'everyone' ? undefined : t('only_admins')}
          onClick={() => setAdding(true)}
        >
          {t('members.add')}
        </Button>
      </header>
      {failed === undefined ? null : <ErrorNote error={failed} title={t('members.failed')} />}
      {refused === undefined ? null : (
        <Note tone="bad" shape="tri" title={t('members.failed')}>
          {t.of(`member_error.${refused.error ?? 'failed'}`)}
        </Note>
      )}
      <Table
        label={t('members')}
        rows={group.participants}
        columns={columns}
        idOf={({ wa_chat_id: id }) => id}
        nameOf={nameOf}
      />
      <AddMembersDialog open={isAdding} onClose={() => setAdding(false)} group={group} />
      <Confirm
        open={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        isLoss
        title={t('members.remove_title', { name: removing === undefined ? '' : nameOf(removing) })}
        action={t('members.remove')}
        run={async () => removing !== undefined && change(removing, 'participants/remove')}
      >
        <p>{t('members.remove_text')}</p>
      </Confirm>
    </section>
  )
}

function useColumns(
  group: WhatsAppGroup,
  nameOf: (member: Member) => string,
  onChange: (member: Member, what: MemberChange) => void,
): Column<Member>[] {
  const t = useText()
  const refusal = ({ role }: Member) => {
    if (!group.is_admin) return t('only_admins')
    return role === 'owner' ? t('owner_stays') : undefined
  }
  return [
    {
      id: 'who',
      head: t('column.who'),
      cell: ({ phone, wa_chat_id: id }) =>
        phone === null ? (
          <>
            {t('hidden_number')} <small className="mono ltr">{id}</small>
          </>
        ) : (
          <Phone number={phone} />
        ),
    },
    { id: 'role', head: t('column.role'), width: 110, cell: ({ role }) => t.of(`role.${role}`) },
    {
      id: 'act',
      head: <span className="sr">{t('more_actions')}</span>,
      isNumber: true,
      width: 56,
      cell: (member) => (
        <Menu
          trigger={<IconButton icon="dots" label={t('members.of', { name: nameOf(member) })} />}
          groups={[
            [
              member.role === 'member'
                ? {
                    id: 'promote',
                    label: t('members.promote'),
                    refused: refusal(member),
                    onSelect: () => onChange(member, 'admin/promote'),
                  }
                : {
                    id: 'demote',
                    label: t('members.demote'),
                    refused: refusal(member),
                    onSelect: () => onChange(member, 'admin/demote'),
                  },
              {
                id: 'remove',
                label: t('members.remove'),
                refused: refusal(member),
                onSelect: () => onChange(member, 'participants/remove'),
              },
            ],
          ]}
        />
      ),
    },
  ]
}
