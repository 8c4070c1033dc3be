import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { verifies } from '../../test/verifies.ts'
import { MediaStore } from './store.ts'

suite('media store', () => {
  test('the oldest files go first when the bound is reached', () => {
    verifies('MEDIA-09')
    const store = new MediaStore(1000)
    const paths = Array.from({ length: 5 }, () => store.put(Buffer.alloc(300), '15550001111'))
    assert.deepEqual(store.usage, { files: 3, bytes: 900 })
    assert.deepEqual(
      paths.map((path) => store.find(path) !== undefined),
      [false, false, true, true, true],
    )
    const large = store.put(Buffer.alloc(2000), '15550001111')
    assert.deepEqual(store.usage, { files: 1, bytes: 2000 })
    assert.equal(store.find(`${large}?ccb=11-4`)?.bytes.length, 2000)
    store.clear()
    assert.deepEqual(store.usage, { files: 0, bytes: 0 })
  })
})
