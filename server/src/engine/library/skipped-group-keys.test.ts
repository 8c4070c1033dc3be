import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { SignalDataSet, SignalKeyStoreWithTransaction } from 'baileys'
import pino from 'pino'
import { initAuthCreds, makeSignalRepository } from './library.ts'

const group = '120363000000000001@g.us'
const author = '15550001111:1@s.whatsapp.net'

/** A device with keys in memory. */
function createDevice() {
  const rows = new Map<string, unknown>()
  const keys = {
    get: async (type: string, ids: string[]) =>
      Object.fromEntries(ids.map((id) => [id, rows.get(`${type}/${id}`)])),
    set: async (data: SignalDataSet) => {
      for (const [type, values] of Object.entries(data))
        for (const [id, value] of Object.entries(values)) rows.set(`${type}/${id}`, value)
    },
    transaction: (work: () => Promise<unknown>) => work(),
    isInTransaction: () => false,
  } as unknown as SignalKeyStoreWithTransaction
  return makeSignalRepository({ creds: initAuthCreds(), keys }, pino({ level: 'silent' }))
}

suite('group messages that overtake each other', () => {
  test('are read in any order', async () => {
    const [alice, bob] = [createDevice(), createDevice()]
    const distributed = await alice.getSenderKeyDistributionMessage({ group, meId: author })
    const sent: Uint8Array[] = []
    for (const text of ['one', 'two', 'three', 'four'])
      sent.push(
        (await alice.encryptGroupMessage({ group, meId: author, data: Buffer.from(text) })).ciphertext,
      )
    await bob.processSenderKeyDistributionMessage({
      authorJid: author,
      item: { groupId: group, axolotlSenderKeyDistributionMessage: distributed },
    })
    const read: string[] = []
    for (const index of [3, 1, 0, 2]) {
      const msg = sent[index] as Uint8Array
      read.push(Buffer.from(await bob.decryptGroupMessage({ group, authorJid: author, msg })).toString())
    }
    assert.deepEqual(read, ['four', 'two', 'one', 'three'])
  })
})
