import { describe, expect, test } from 'bun:test'
import { patchOffsets, readBatchHeader } from '../../../src/wire/records/batch.ts'
import { encodeBatch } from '../../../src/wire/records/batch-encoder.ts'
import { encodeMarker, readMarker } from '../../../src/wire/records/end-transaction.ts'

/** Apache Kafka's own bytes. */
const commit =
  '0000000000000fdc0000004200000002023014a5210030000000000000018bcfe57e440000018bcfe57e44' +
  '0000000000000fb50048ffffffff000000012000000008000000010c00000000000400'
const abort =
  '0000000000000e51000000420000000602dd2a7fa60030000000000000018bcfe5739b0000018bcfe5739b' +
  '0000000000000f67000dffffffff000000012000000008000000000c00000000002300'

describe('a marker', () => {
  test.each([
    ['commit', commit, { producerId: 4021, producerEpoch: 72, coordinatorEpoch: 4 }, 1700000005700, 4060, 2],
    ['abort', abort, { producerId: 3943, producerEpoch: 13, coordinatorEpoch: 35 }, 1700000002971, 3665, 6],
  ])('of a %s is the one that Kafka writes', (type, hex, end, timestamp, offset, leaderEpoch) => {
    const isCommit = type === 'commit'
    const bytes = encodeMarker({ ...end, isCommit }, timestamp)
    patchOffsets(bytes, 0, offset, leaderEpoch)
    expect(Buffer.from(bytes).toString('hex')).toBe(hex)
    const { coordinatorEpoch } = end
    expect(readMarker(bytes, readBatchHeader(bytes, 0))).toEqual({ isCommit, coordinatorEpoch, timestamp })
  })

  test('has the broker’s time where the topic has it', () => {
    const end = { producerId: 1, producerEpoch: 0, isCommit: true, coordinatorEpoch: 0 }
    const bytes = encodeMarker(end, 1234, 'LogAppendTime')
    expect(readBatchHeader(bytes, 0)).toMatchObject({ attributes: 0x38, maxTimestamp: 1234 })
    expect(readMarker(bytes, readBatchHeader(bytes, 0))?.timestamp).toBe(1234)
  })
})

describe('a control batch', () => {
  const read = (bytes: Uint8Array) => readMarker(bytes, readBatchHeader(bytes, 0))
  const control = (key: number[], value: number[] | null) =>
    encodeBatch({ isControl: true }, [
      { offset: 0, timestamp: 5, key: Uint8Array.from(key), value: value && Uint8Array.from(value) },
    ])

  test('that compaction has emptied says nothing', () => {
    expect(read(encodeBatch({ isControl: true, lastOffsetDelta: 0 }, []))).toBeNull()
  })
  test.each([
    ['of another kind', control([0, 0, 0, 2], [0, 0, 0, 0, 0, 9])],
    ['with a key that is too short', control([0, 0, 0], [0, 0, 0, 0, 0, 9])],
    ['with a value that is too short', control([0, 0, 0, 1], [0, 0, 0, 0, 0])],
    ['without a value', control([0, 0, 0, 1], null)],
  ])('%s is no marker', (_, bytes) => {
    expect(read(bytes)).toEqual({ isCommit: null, coordinatorEpoch: -1, timestamp: 5 })
  })
})
