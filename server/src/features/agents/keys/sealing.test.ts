import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  Aes128Gcm,
  Aes256Gcm,
  CipherSuite,
  DhkemP521HkdfSha512,
  DhkemX25519HkdfSha256,
  HkdfSha256,
  HkdfSha512,
} from '@hpke/core'
import { generateKeyPair, NotOpenedError, openFrom, publicKeyOf, sealFor } from './sealing.service.ts'

// RFC 9180 prints no vector of our suite: these two have its way of agreeing on a key, and its cipher, in mode Auth.
const x25519 = { kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() }
const p521 = { kem: new DhkemP521HkdfSha512(), kdf: new HkdfSha512(), aead: new Aes256Gcm() }
const hex = (text: string) => Buffer.from(text, 'hex')

suite('sealing', () => {
  const vectors = [
    {
      section: 'A.1.3',
      suite: x25519,
      info: '4f6465206f6e2061204772656369616e2055726e',
      enc: '23fb952571a14a25e3d678140cd0e5eb47a0961bb18afcf85896e5453c312e76',
      pkSm: '8b0c70873dc5aecb7f9ee4e62406a397b350e57012be45cf53b7105ae731790b',
      skRm: 'fdea67cf831f1ca98d8e27b1f6abeb5b7745e9d35348b80fa407ff6958f9137e',
      encryptions: [
        {
          aad: '436f756e742d30',
          pt: '4265617574792069732074727574682c20747275746820626561757479',
          ct: '5fd92cc9d46dbf8943e72a07e42f363ed5f721212cd90bcfd072bfd9f44e06b80fd17824947496e21b680c141b',
        },
        {
          aad: '436f756e742d31',
          pt: '4265617574792069732074727574682c20747275746820626561757479',
          ct: 'd3736bb256c19bfa93d79e8f80b7971262cb7c887e35c26370cfed62254369a1b52e3d505b79dd699f002bc8ed',
        },
      ],
    },
    {
      section: 'A.6.3',
      suite: p521,
      info: '4f6465206f6e2061204772656369616e2055726e',
      enc: [
        '04017de12ede7f72cb101dab36a111265c97b3654816dcd6183f809d4b3d111fe759497f8aefdc5dbb40d3e6',
        'd21db15bdc60f15f2a420761bcaeef73b891c2b117e9cf01e29320b799bbc86afdc5ea97d941ea1c5bd5ebee',
        'ac7a784b3bab524746f3e640ec26ee1bd91255f9330d974f845084637ee0e6fe9f505c5b87c86a4e1a6c3096',
        'dd',
      ].join(''),
      pkSm: [
        '04015cc3636632ea9a3879e43240beae5d15a44fba819282fac26a19c989fafdd0f330b8521dff7dc393101b',
        '018c1e65b07be9f5fc9a28a1f450d6a541ee0d76221133001e8f0f6a05ab79f9b9bb9ccce142a453d59c5abe',
        'bb5674839d935a3ca1a3fbc328539a60b3bc3c05fed22838584a726b9c176796cad0169ba4093332cbd2dc3a',
        '9f',
      ].join(''),
      skRm: [
        '013ef326940998544a899e15e1726548ff43bbdb23a8587aa3bef9d1b857338d87287df5667037b519d6a146',
        '61e9503cfc95a154d93566d8c84e95ce93ad05293a0b',
      ].join(''),
      encryptions: [
        {
          aad: '436f756e742d30',
          pt: '4265617574792069732074727574682c20747275746820626561757479',
          ct: '0116aeb3a1c405c61b1ce47600b7ecd11d89b9c08c408b7e2d1e00a4d64696d12e6881dc61688209a8207427f9',
        },
        {
          aad: '436f756e742d31',
          pt: '4265617574792069732074727574682c20747275746820626561757479',
          ct: '37ece0cf6741f443e9d73b9966dc0b228499bb21fbf313948327231e70a18380e080529c0267f399ba7c539cc6',
        },
      ],
    },
  ]
  for (const { section, suite: parts, encryptions, ...vector } of vectors) {
    test(`opens what RFC 9180 ${section} prints`, async () => {
      const { kem } = parts
      const recipient = await new CipherSuite(parts).createRecipientContext({
        enc: hex(vector.enc),
        info: hex(vector.info),
        senderPublicKey: await kem.deserializePublicKey(hex(vector.pkSm)),
        recipientKey: await kem.deserializePrivateKey(hex(vector.skRm)),
      })
      for (const { aad, pt, ct } of encryptions)
        assert.equal(Buffer.from(await recipient.open(hex(ct), hex(aad))).toString('hex'), pt)
    })
  }

  test('opens for the recipient alone, from the sender alone, unchanged and for its use', async () => {
    const [ann, bob, eve] = [generateKeyPair(), generateKeyPair(), generateKeyPair()]
    const context = { info: 'a test', aad: 'from ann to bob' }
    const sealed = await sealFor(ann, bob.publicKey, context, 'Hello ☀')
    assert.equal(await openFrom(ann.publicKey, bob, context, sealed), 'Hello ☀')
    const turned = (bytes: Buffer, at: number) =>
      Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)))
    const attempts = {
      'another sender': () => openFrom(eve.publicKey, bob, context, sealed),
      'another recipient': () => openFrom(ann.publicKey, eve, context, sealed),
      'other words beside it': () => openFrom(ann.publicKey, bob, { ...context, aad: 'x' }, sealed),
      'another use': () => openFrom(ann.publicKey, bob, { ...context, info: 'x' }, sealed),
      'a changed key': () => openFrom(ann.publicKey, bob, context, { ...sealed, enc: turned(sealed.enc, 3) }),
      'a changed text': () =>
        openFrom(ann.publicKey, bob, context, {
          ...sealed,
          ciphertext: turned(sealed.ciphertext, 0),
        }),
      'a text cut short': () =>
        openFrom(ann.publicKey, bob, context, {
          ...sealed,
          ciphertext: sealed.ciphertext.subarray(0, 5),
        }),
      'a key of no order': () => openFrom(Buffer.alloc(32), bob, context, sealed),
    }
    for (const [name, attempt] of Object.entries(attempts))
      await assert.rejects(attempt(), NotOpenedError, name)
    await assert.rejects(sealFor(ann, Buffer.alloc(32), context, 'to nobody'))
    assert.deepEqual(publicKeyOf(ann.privateKey), ann.publicKey)
  })
})
