import { Phone } from '../../kit/text-parts.tsx'
import type { ReplyDraft } from './queries.ts'
import { useText } from './words.ts'

/** Whom a draft is for: the number of a person, or the id of a group as WhatsApp writes it. */
export function Recipient({ draft }: { draft: ReplyDraft }) {
  const t = useText()
  const id = draft.wa_chat_id
  if (id === null) return t('drafts.somebody')
  const [, phone] = /^(\d+)@c\.us$/.exec(id) ?? []
  return phone === undefined ? <span className="mono ltr">{id}</span> : <Phone number={phone} />
}

/** Why a person has to look, in words. */
export function useReasons(): (draft: ReplyDraft) => string {
  const t = useText()
  return ({ approval_reasons: reasons }) =>
    reasons.length === 0 ? t('drafts.no_reason') : reasons.map((reason) => t(`reason.${reason}`)).join(' · ')
}
