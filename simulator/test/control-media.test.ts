import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import type { Simulator } from '../src/index.ts'
import { bob, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { askMedia, trustMedia } from './media-client.ts'
import { verifies } from './verifies.ts'

type Answer = { status: number; body: Record<string, unknown> }

async function post(simulator: Simulator, path: string, body: unknown): Promise<Answer> {
  const response = await fetch(simulator.controlUrl + path, { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const bytes = randomBytes(1_500_000)
const base64 = bytes.toString('base64')

suite('control API for files, calls and status', () => {
  test('a file is sent and read through it', async () => {
    verifies('CTRL-01')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    const media = { kind: 'document', base64, mimetype: 'text/csv', fileName: 'list.csv' }
    const { status, body } = await post(simulator, `/accounts/${bob}/messages`, { to: owner, media })
    assert.equal(status, 201)
    await client.message(({ key }) => key.id === body.id)
    const path = `${simulator.controlUrl}/accounts/${owner}/messages/${body.id}`
    const shown = (await (await fetch(path)).json()) as { media: { bytes: number } }
    assert.equal(shown.media.bytes, bytes.length)
    const file = await fetch(`${path}/media`)
    assert.equal(file.headers.get('content-type'), 'text/csv')
    assert.ok(Buffer.from(await file.arrayBuffer()).equals(bytes))
    assert.equal((await fetch(`${path}x/media`)).status, 404)
    const group = simulator.createGroup({ subject: 'Club', owner: bob, members: [owner] })
    const poll = { title: 'Tea?', options: ['yes', 'no'] }
    const asked = await post(simulator, `/groups/${group.id}/messages`, { from: bob, poll })
    const vote = { poll: asked.body.id, options: ['yes'] }
    assert.equal((await post(simulator, `/groups/${group.id}/messages`, { from: owner, vote })).status, 201)
    const counted = await fetch(`${simulator.controlUrl}/accounts/${bob}/messages/${asked.body.id}`)
    const { poll: tally } = (await counted.json()) as { poll: { votes: object } }
    assert.deepEqual(tally.votes, { yes: [`${owner}@c.us`], no: [] })
  })

  test('calls, status posts and pictures are made through it', async () => {
    verifies('CTRL-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const call = await post(simulator, `/accounts/${bob}/calls`, { to: owner, video: true })
    assert.equal(call.status, 201)
    await client.next('call', ([one]) => one?.id === call.body.id && one?.status === 'offer')
    const path = `/accounts/${bob}/calls/${call.body.id}`
    assert.equal((await post(simulator, path, { action: 'end' })).status, 200)
    await client.next('call', ([one]) => one?.status === 'terminate')
    assert.equal((await post(simulator, path, { action: 'end' })).status, 404)
    assert.equal((await post(simulator, path, { action: 'sing' })).status, 422)
    const status = await post(simulator, `/accounts/${bob}/status`, { text: 'hi' })
    assert.equal(status.status, 201)
    await client.message(({ key }) => key.id === status.body.id)
    assert.equal((await post(simulator, `/accounts/${bob}/picture`, { base64 })).status, 200)
    const url = await client.socket.profilePictureUrl(jidOf(bob))
    assert.ok((await askMedia(simulator, url ?? '')).body.equals(bytes))
    const { media } = simulator.state()
    assert.deepEqual(media, { files: 1, bytes: bytes.length })
  })
})
