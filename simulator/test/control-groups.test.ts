import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Simulator } from '../src/index.ts'
import { bob, carol, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers of every kind
type Body = any

async function call(
  simulator: Simulator,
  method: string,
  path: string,
  body?: object,
): Promise<[number, Body]> {
  const response = await fetch(`${simulator.controlUrl}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return [response.status, await response.json()]
}

suite('groups and channels through the control API', () => {
  test('a group is set up, joined, asked for and left', async () => {
    verifies('GROUP-17')
    await using simulator = await startSimulator()
    const post = (path: string, body: object) => call(simulator, 'POST', path, body)
    const [, { id }] = await post('/groups', {
      subject: 'Club',
      owner: bob,
      members: [],
      admins: [owner],
      description: 'Ours',
      ephemeralSeconds: 86_400,
    })
    const [, group] = await call(simulator, 'GET', `/groups/${id}`)
    assert.deepEqual([group.description, group.ephemeralSeconds], ['Ours', 86_400])
    assert.deepEqual(group.members, [
      { phone: bob, role: 'superadmin' },
      { phone: owner, role: 'admin' },
    ])
    const joined = await post(`/accounts/${carol}/groups/join`, { code: group.inviteCode })
    assert.deepEqual(joined, [200, { id, status: 'joined' }])
    assert.equal((await post(`/accounts/${carol}/groups/join`, { code: group.inviteCode }))[0], 409)
    assert.deepEqual(await post(`/accounts/${carol}/groups/leave`, { group: id }), [200, { ok: true }])
    const [, renewed] = await post(`/groups/${id}/invite`, { by: owner })
    assert.equal((await post(`/accounts/${carol}/groups/join`, { code: group.inviteCode }))[0], 404)
    await post(`/groups/${id}/settings`, { hasJoinApproval: true, subject: 'Closed club' })
    const asked = await post(`/accounts/${carol}/groups/join`, { code: renewed.code })
    assert.deepEqual(asked, [200, { id, status: 'requested' }])
    assert.equal((await post(`/accounts/${carol}/groups/cancel`, { group: id }))[0], 200)
    assert.equal((await post(`/accounts/${carol}/groups/request`, { group: id }))[0], 200)
    const [, decided] = await post(`/groups/${id}/requests`, { phones: [carol], decision: 'approve' })
    assert.deepEqual(decided.requests, [])
    const [, list] = await call(simulator, 'GET', `/accounts/${carol}/groups`)
    assert.deepEqual(
      list.map(({ subject }: Body) => subject),
      ['Closed club'],
    )
    assert.equal((await post(`/accounts/${carol}/group-privacy`, { add: 'none' }))[0], 200)
    const wrong = await post(`/groups/${id}/settings`, { by: '15550009999', subject: 'x' })
    assert.deepEqual([wrong[0], wrong[1].error.field], [404, 'by'])
    const [status, community] = await post('/communities', { subject: 'Village', owner: bob })
    assert.equal(status, 201)
    const linked = await post(`/communities/${community.id}/groups`, { group: id })
    assert.deepEqual(linked[1].groups, [community.announcements, id])
    const unlinked = await post(`/communities/${community.id}/groups`, { group: id, action: 'unlink' })
    assert.deepEqual(unlinked[1].groups, [community.announcements])
  })

  test('a channel is created, followed and written into', async () => {
    verifies('CHAN-09')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const post = (path: string, body: object) => call(simulator, 'POST', path, body)
    const [status, { id }] = await post('/channels', { owner: bob, name: 'Sport', otherFollowers: 5 })
    assert.equal(status, 201)
    await post(`/channels/${id}/followers`, { phone: owner })
    const [, news] = await post(`/channels/${id}/posts`, { text: 'one nil' })
    assert.equal(textOf(await client.message(({ key }) => key.id === news.id)), 'one nil')
    await post(`/channels/${id}/posts/${news.id}/reactions`, { phone: carol, emoji: '🎉' })
    await post(`/channels/${id}/posts/${news.serverId}/views`, { phone: carol })
    await post(`/channels/${id}/posts`, { edit: { message: news.id, text: 'two nil' } })
    const [, [first]] = await call(simulator, 'GET', `/channels/${id}/posts`)
    assert.deepEqual(
      [first.text, first.isEdited, first.views, first.reactions],
      ['two nil', true, 1, { '🎉': 1 }],
    )
    const base64 = Buffer.from('a file').toString('base64')
    const [, file] = await post(`/channels/${id}/posts`, { media: { kind: 'document', base64 } })
    const bytes = await fetch(`${simulator.controlUrl}/channels/${id}/posts/${file.id}/media`)
    assert.equal(await bytes.text(), 'a file')
    const [, changed] = await post(`/channels/${id}/settings`, { name: 'Sports', verified: true })
    assert.deepEqual([changed.name, changed.verified, changed.followerCount], ['Sports', true, 6])
    assert.equal((await post(`/channels/${id}/posts`, { by: carol, text: 'me?' }))[0], 422)
    assert.equal((await post(`/channels/${id}/posts`, {}))[0], 422)
    assert.equal((await call(simulator, 'DELETE', `/channels/${id}`))[0], 200)
    assert.equal((await call(simulator, 'GET', `/channels/${id}`))[0], 404)
    assert.deepEqual(await call(simulator, 'GET', '/channels'), [200, []])
  })

  test('a business says what it is', async () => {
    verifies('BIZ-04')
    await using simulator = await startSimulator()
    simulator.createAccount({ phone: bob, name: 'Bakery', business: true })
    const profile = { description: 'Bread', category: 'Bakery' }
    assert.deepEqual(await call(simulator, 'POST', `/accounts/${bob}/business`, profile), [200, profile])
    assert.deepEqual(await call(simulator, 'GET', `/accounts/${bob}/business`), [200, profile])
    assert.equal((await call(simulator, 'GET', `/accounts/${carol}/business`))[0], 422)
  })
})
