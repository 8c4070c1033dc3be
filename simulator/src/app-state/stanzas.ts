import type { BinaryNode } from 'baileys'
import { parseJid } from '../accounts.ts'
import { faultsOf } from '../faults/model.ts'
import { answer, type Query, refuse } from '../query.ts'
import { bytesOf, child, children, stanza } from '../stanza.ts'
import { notifyChange, saveContact } from './phone.ts'
import { appStateOf } from './store.ts'

const patchesPerAnswer = 100

/**
 * `iq w:sync:app:state`: a client reads patches from its version on, or writes one. Snapshots are never served:
 * patches from version 0 say the same. A write from another version than ours is a conflict (409).
 */
export async function handleAppState(query: Query): Promise<void> {
  const { world, account, body, companion } = query
  const changed: string[] = []
  const collections = children(body, 'collection')
  const fault = collections.some((collection) => child(collection, 'patch'))
    ? faultsOf(world).take('app_state_error', account.phone)
    : undefined
  if (fault) {
    refuse(query, fault.code ?? 409, 'app-state')
    return
  }
  await appStateOf(account).inOrder(async () => {
    const out: BinaryNode[] = []
    for (const collection of collections) {
      const written = child(collection, 'patch')
      if (!written) out.push(readCollection(query, collection))
      else out.push(await writeCollection(query, collection, bytesOf(written), changed))
    }
    answer(query, [stanza('sync', {}, out)])
  })
  for (const name of changed) notifyChange(account, name, companion)
}

function readCollection({ account }: Query, { attrs }: BinaryNode): BinaryNode {
  const { name = '', version = '0' } = attrs
  const state = appStateOf(account)
  const patches = state.patchesAfter(name, Number(version), patchesPerAnswer)
  const hasMore = Number(version) + patches.length < state.version(name)
  const nodes = patches.map((patch) => stanza('patch', {}, Buffer.from(patch)))
  return stanza(
    'collection',
    { name, version, has_more_patches: String(hasMore) },
    nodes.length ? [stanza('patches', {}, nodes)] : [],
  )
}

async function writeCollection(
  { world, account }: Query,
  { attrs }: BinaryNode,
  patch: Buffer,
  changed: string[],
): Promise<BinaryNode> {
  const { name = '', version = '0' } = attrs
  const state = appStateOf(account)
  if (Number(version) !== state.version(name)) {
    const conflict = stanza('error', { code: 409, text: 'conflict' })
    return stanza('collection', { name, type: 'error', version: state.version(name) }, [conflict])
  }
  const changes = await state.apply(name, patch, (what) => world.problem(what))
  changed.push(name)
  for (const { index, value } of changes) {
    const [kind, jid] = JSON.parse(index) as string[]
    const phone = world.find(jid)?.phone ?? parseJid(jid)?.user
    if (kind === 'contact' && phone) saveContact(account, phone, value !== undefined)
    const renamed = value?.pushNameSetting?.name
    if (renamed) account.name = renamed
  }
  return stanza('collection', { name, version: state.version(name) })
}
