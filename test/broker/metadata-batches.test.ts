import { describe, expect, test } from 'bun:test'
import { parseUuid, zeroUuid } from '../../src/base/uuid.ts'
import { leaderChangeBatch, votersSnapshot } from '../../src/broker/metadata-batches.ts'
import { batchHeaders, checkBatch, isControl } from '../../src/wire/records/batch.ts'
import { readRecords } from '../../src/wire/records/record.ts'

const identity = { nodeId: 1, clusterId: 'c', directoryId: parseUuid('fIS4EmdgSUKaqgG0RKENwA') ?? zeroUuid }

/** Offset, key and value of every control record, after a look at each batch. */
function controls(bytes: Uint8Array) {
  return [...batchHeaders(bytes)].flatMap(header => {
    checkBatch(bytes, header.position, header.sizeBytes)
    expect(isControl(header.attributes)).toBeTrue()
    return readRecords(bytes, header, 1 << 20).map(({ offset, key, value }) => [offset, key?.toHex(), value?.toHex()])
  })
}

describe('control batches', () => {
  test('the leader’s is what a controller of Kafka 4.3.1 writes when it has elected itself', () => {
    expect(controls(leaderChangeBatch(identity, 5))).toEqual([
      [0, '00000002', '00000000000102000000010002000000010000'],
    ])
  })

  test('the first snapshot is that of `kafka-storage format --standalone`, but for time and endpoint', () => {
    const voter = '000002000000017c84b812676049429aaa01b444a10dc0'
    const endpoint = '020b434f4e54524f4c4c45520a6c6f63616c686f7374238500'
    expect(controls(votersSnapshot(identity, 0x0102))).toEqual([
      [0, '00000003', '0000000000000000010200'],
      [1, '00000005', '0000000100'],
      [2, '00000006', `${voter}${endpoint}00000001000000`],
      [3, '00000004', '000000'],
    ])
  })
})
