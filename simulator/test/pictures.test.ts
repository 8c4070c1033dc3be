import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bob, carol, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { askMedia } from './media-client.ts'
import { verifies } from './verifies.ts'

const jpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
)

suite('pictures', () => {
  test('a client sees the picture of a person, hears of changes, and finds none after it is removed', async () => {
    verifies('PICTURE-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const see = () => client.socket.profilePictureUrl(jidOf(bob), 'image')
    await assert.rejects(see(), /item-not-found/)
    simulator.setPicture(bob, { base64: jpeg.toString('base64') })
    const isBob = (all: { id?: string }[]) => all.some(({ id }) => id === jidOf(bob))
    assert.equal((await client.next('contacts.update', isBob))[0]?.imgUrl, 'changed')
    assert.ok((await askMedia(simulator, (await see()) ?? '')).body.equals(jpeg))
    simulator.setPicture(bob, { remove: true })
    assert.equal((await client.next('contacts.update', isBob))[0]?.imgUrl, 'removed')
    await assert.rejects(see(), /item-not-found/)
    for (const input of [{}, { bytes: jpeg, remove: true as const }]) {
      assert.throws(() => simulator.setPicture(bob, input), { status: 422, field: 'base64' })
    }
  })

  test('a client gives itself and its group a picture', async () => {
    verifies('PICTURE-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using other = await linkedClient(simulator, carol)
    const set = (target: string | undefined, content: Buffer | undefined) =>
      client.socket.query({
        tag: 'iq',
        attrs: { to: '@s.whatsapp.net', type: 'set', xmlns: 'w:profile:picture', ...(target && { target }) },
        ...(content && { content: [{ tag: 'picture', attrs: { type: 'image' }, content }] }),
      })
    await set(undefined, jpeg)
    const url = await other.socket.profilePictureUrl(jidOf(owner))
    assert.ok((await askMedia(simulator, url ?? '')).body.equals(jpeg))
    const { id } = simulator.createGroup({ subject: 'Club', owner, members: [carol] })
    await set(id, jpeg)
    const icon = await other.message(
      ({ key, messageStubType }) => key.remoteJid === id && messageStubType === 22,
    )
    assert.match(icon.messageStubParameters?.[0] ?? '', /^\d+$/)
    assert.ok((await askMedia(simulator, (await other.socket.profilePictureUrl(id)) ?? '')).body.equals(jpeg))
    await set(id, undefined)
    await assert.rejects(other.socket.profilePictureUrl(id), /item-not-found/)
    await assert.rejects(set(jidOf(bob), jpeg), /forbidden/)
    const foreign = simulator.createGroup({ subject: 'Foreign', owner: bob, members: [] })
    await assert.rejects(set(foreign.id, jpeg), /forbidden/)
    await assert.rejects(client.socket.profilePictureUrl(foreign.id), /not-authorized/)
  })

  test('who hides the picture shows it to nobody', async () => {
    verifies('PICTURE-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using other = await linkedClient(simulator, carol)
    simulator.setPicture(owner, { bytes: jpeg })
    await client.socket.updateProfilePicturePrivacy('none')
    await assert.rejects(other.socket.profilePictureUrl(jidOf(owner)), /not-authorized/)
    assert.match((await client.socket.profilePictureUrl(jidOf(owner))) ?? '', /^https:/)
  })
})
