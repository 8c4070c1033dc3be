import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { More } from '../../kit/filters.tsx'
import { State } from '../../kit/icon.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { ChatName } from './chat-name.tsx'
import { type Block, liftBlock, useBlocks, useSessionNames } from './queries.ts'
import { useText } from './words.ts'

/** Contacts that flooded a number and were blocked by themselves. */
export function AntispamBlocks() {
  const t = useText()
  const query = useBlocks()
  const sessions = useSessionNames()
  const [lifting, setLifting] = useState<Block>()
  const blocks = query.data?.pages.flatMap((page) => page.blocks)
  return (
    <section className="card">
      <header>
        <h2>{t('blocks.title')}</h2>
      </header>
      {query.error === null ? null : (
        <ErrorNote error={query.error} title={t('blocks.failed')} onRetry={() => void query.refetch()} />
      )}
      {blocks === undefined && query.error === null ? <SkeletonRows rows={3} /> : null}
      {blocks?.length === 0 ? <p className="pad soft">{t('blocks.empty')}</p> : null}
      <ul className="rows">
        {blocks?.map((block) => (
          <li key={block.id} className="rule">
            <div className="rule-words">
              <b>
                <ChatName chat={block.chat_id} />
              </b>
              <p className="hint">
                {t(`blocks.${block.reason}`, { count: block.violations })} ·{' '}
                <bdi>{sessions.get(block.session_id)}</bdi> · <Time at={block.created_at} />
              </p>
            </div>
            {block.lifted_at === null ? (
              <Button onClick={() => setLifting(block)}>{t('blocks.lift')}</Button>
            ) : (
              <State shape="ring" tone="off">
                {t('blocks.lifted')}
              </State>
            )}
          </li>
        ))}
      </ul>
      {query.hasNextPage ? (
        <More isBusy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
      ) : null}
      {lifting === undefined ? null : (
        <Confirm
          open
          onClose={() => setLifting(undefined)}
          title={t('blocks.lift_title')}
          action={t('blocks.lift_action')}
          run={() => liftBlock(lifting.id)}
        >
          <p>{t.rich('blocks.lift_text', { who: <ChatName chat={lifting.chat_id} /> })}</p>
        </Confirm>
      )}
    </section>
  )
}
