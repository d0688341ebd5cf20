import { expect, test } from 'bun:test'
import { decodeSnapshot, encodeSnapshot } from '../../src/log/producer-snapshot.ts'

// As Apache Kafka 4.3.1 wrote it at a roll, after 9,412 records of producer 0.
const KAFKAS = Buffer.from(
  '0001b68829620000000100000000000000000000000024c300000000000024c300000019000001a203bed622ffffffffffffffffffffffff',
  'hex',
)
const ENTRY = {
  producerId: 0,
  producerEpoch: 0,
  lastTimestamp: 0x1a203bed622,
  coordinatorEpoch: -1,
  currentTxnFirstOffset: -1,
  batches: [{ lastSequence: 9411, lastOffset: 9411, offsetDelta: 25, timestamp: 0x1a203bed622 }],
}

test("reads Kafka's bytes", () => {
  expect(decodeSnapshot(KAFKAS)).toEqual([ENTRY])
})

test("writes Kafka's bytes", () => {
  expect(Buffer.from(encodeSnapshot([ENTRY]))).toEqual(KAFKAS)
})

test('keeps the last batch alone, and an entry without any', () => {
  const older = { lastSequence: 9000, lastOffset: 9000, offsetDelta: 0, timestamp: 5 }
  const marked = { ...ENTRY, producerId: 2, batches: [] }
  const bytes = encodeSnapshot([{ ...ENTRY, batches: [older, ...ENTRY.batches] }, marked])
  expect(decodeSnapshot(bytes)).toEqual([ENTRY, marked])
})

test('refuses what is damaged, cut, or of another version', () => {
  for (let position = 0; position < KAFKAS.length; position++) {
    const damaged = new Uint8Array(KAFKAS)
    damaged[position] = (damaged[position] ?? 0) ^ 0x10
    expect(decodeSnapshot(damaged)).toBeNull()
    expect(decodeSnapshot(KAFKAS.subarray(0, position))).toBeNull()
  }
})
