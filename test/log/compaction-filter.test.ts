import { describe, expect, test } from 'bun:test'
import { type CleaningRules, cleanBatch } from '../../src/log/compaction-filter.ts'
import { CleanedTransactions } from '../../src/log/compaction-transactions.ts'
import { BATCH, batchHeaders, checkBatch, hasDeleteHorizon } from '../../src/wire/records/batch.ts'
import { type BatchOptions, encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { CompressionCodec } from '../../src/wire/records/compression/index.ts'
import { readRecords } from '../../src/wire/records/record.ts'
import { RecordError } from '../../src/wire/records/record-error.ts'
import { keyedBatch, newOffsets, type Pair } from './compaction-fixture.ts'
import { NOW_MS } from './fixture.ts'

const DAY_MS = 86_400_000
const utf8 = new TextEncoder()
const text = new TextDecoder()

/** Rules with the last offset of each key; everything before `latestOffset` is in them. */
function rules(last: Readonly<Record<string, number>>, more: Partial<CleaningRules> = {}): CleaningRules {
  const offsets = newOffsets()
  for (const [key, offset] of Object.entries(last)) offsets.put(utf8.encode(key), 0, key.length, offset)
  offsets.latestOffset = 1000
  return {
    offsets,
    transactions: new CleanedTransactions(),
    lastRecords: new Map(),
    upperBoundOffset: 1000,
    nowMs: NOW_MS,
    deleteRetentionMs: DAY_MS,
    ...more,
  }
}

function cleaned(batch: Uint8Array, by: CleaningRules): Uint8Array | null {
  const [header] = batchHeaders(batch)
  return header ? cleanBatch(batch, header, by) : null
}

/** The header, and `offset key=value` of each record. */
function read(batch: Uint8Array | null) {
  const [header] = batch ? batchHeaders(batch) : []
  if (!batch || !header) return null
  checkBatch(batch, 0, batch.length)
  const records = readRecords(batch, header, 1 << 20)
  const show = (bytes: Uint8Array | null) => bytes && text.decode(bytes)
  return { header, records, lines: records.map(of => `${of.offset} ${show(of.key)}=${show(of.value)}`) }
}

const three: readonly Pair[] = [
  ['a', '1'],
  ['b', '2'],
  ['c', '3'],
]

describe('records', () => {
  test('that are the last of their keys stay as they lie', () => {
    const batch = keyedBatch(three, { baseOffset: 10 })
    expect(cleaned(batch, rules({ a: 10, b: 11, c: 12 }))).toBe(batch)
    expect(cleaned(batch, rules({}))).toBe(batch)
  })
  test('before the last of their key go; offsets and times of the others stay', () => {
    const was = keyedBatch(three, { baseOffset: 10 })
    const { header, records, lines } = read(cleaned(was, rules({ a: 50, b: 11, c: 12 }))) ?? {}
    expect(lines).toEqual(['11 b=2', '12 c=3'])
    expect(header).toMatchObject({ baseOffset: 10, lastOffsetDelta: 2, recordCount: 2, baseTimestamp: NOW_MS + 1 })
    expect(records?.map(({ timestamp }) => timestamp)).toEqual([NOW_MS + 1, NOW_MS + 2])
  })
  test('without a key go', () => {
    const batch = keyedBatch([
      ['a', '1'],
      [null, 'x'],
    ])
    expect(read(cleaned(batch, rules({})))?.lines).toEqual(['0 a=1'])
  })
  test('beyond what is known of the keys stay, with or without one', () => {
    const by = rules({ a: 500 })
    by.offsets.latestOffset = 10
    expect(
      read(
        cleaned(
          keyedBatch(
            [
              ['a', '1'],
              ['a', '2'],
              [null, 'x'],
            ],
            { baseOffset: 10 },
          ),
          by,
        ),
      )?.lines,
    ).toEqual(['11 a=2', '12 null=x'])
  })
  test('leave no batch when none of them stays', () => {
    expect(cleaned(keyedBatch(three), rules({ a: 50, b: 50, c: 50 }))).toBeNull()
  })
})

describe('a batch that is thinned', () => {
  const frame: BatchOptions = {
    baseOffset: 10,
    partitionLeaderEpoch: 4,
    producerId: 7,
    producerEpoch: 2,
    baseSequence: 30,
    isTransactional: true,
  }
  test('says of itself what it said', () => {
    const { header } = read(cleaned(keyedBatch(three, frame), rules({ a: 50 }))) ?? {}
    expect(header).toMatchObject({ partitionLeaderEpoch: 4, producerId: 7, producerEpoch: 2, baseSequence: 30 })
    expect([header?.lastOffsetDelta, (header?.attributes ?? 0) & 0x10]).toEqual([2, 0x10])
  })
  test.each([CompressionCodec.GZIP, CompressionCodec.SNAPPY, CompressionCodec.LZ4, CompressionCodec.ZSTD])(
    'keeps its compression, codec %d',
    codec => {
      const { header, lines } = read(cleaned(keyedBatch(three, { codec }), rules({ b: 50 }))) ?? {}
      expect([(header?.attributes ?? 0) & 7, lines]).toEqual([codec, ['0 a=1', '2 c=3']])
    },
  )
  test('keeps the time at which it was appended, or the largest time of what is left', () => {
    const stamped = keyedBatch(three, { timestampType: 'LogAppendTime', maxTimestamp: 99 })
    expect(read(cleaned(stamped, rules({ c: 50 })))?.header.maxTimestamp).toBe(99)
    expect(read(cleaned(keyedBatch(three), rules({ c: 50 })))?.header.maxTimestamp).toBe(NOW_MS + 1)
  })
  test('is not written anew when it was damaged', () => {
    const batch = keyedBatch(three)
    batch[BATCH.maxTimestamp] = 1
    expect(() => cleaned(batch, rules({ a: 50 }))).toThrow(RecordError)
  })
})

describe('a header stays', () => {
  const gone = { a: 50, b: 50, c: 50 }
  const producer: BatchOptions = { baseOffset: 10, producerId: 7, producerEpoch: 2, baseSequence: 30 }

  test('where the producer has its last sequence', () => {
    const last = new Map([[7, { lastDataOffset: 12, producerEpoch: 2 }]])
    const left = read(cleaned(keyedBatch(three, producer), rules(gone, { lastRecords: last })))
    expect(left?.header).toMatchObject({ recordCount: 0, baseOffset: 10, lastOffsetDelta: 2, baseSequence: 30 })
    expect(left?.header).toMatchObject({ sizeBytes: BATCH.records, maxTimestamp: NOW_MS + 2, baseTimestamp: -1 })
    const earlier = new Map([[7, { lastDataOffset: 20, producerEpoch: 2 }]])
    expect(cleaned(keyedBatch(three, producer), rules(gone, { lastRecords: earlier }))).toBeNull()
  })
  test('where the round ends', () => {
    const batch = keyedBatch(three, { baseOffset: 10 })
    const left = read(cleaned(batch, rules(gone, { upperBoundOffset: 13 })))
    expect(left?.header).toMatchObject({ recordCount: 0, baseOffset: 10, lastOffsetDelta: 2 })
    expect(cleaned(batch, rules(gone, { upperBoundOffset: 14 }))).toBeNull()
  })
  test('as it is when nothing but it was left before', () => {
    const empty = encodeBatch({ ...producer, lastOffsetDelta: 2, maxTimestamp: 5 }, [])
    const last = new Map([[7, { lastDataOffset: 12, producerEpoch: 2 }]])
    expect(cleaned(empty, rules(gone, { lastRecords: last }))).toEqual(empty)
    expect(cleaned(empty, rules(gone))).toBeNull()
  })
})

describe('a tombstone', () => {
  const batch = keyedBatch(
    [
      ['a', '1'],
      ['b', null],
    ],
    { baseOffset: 10 },
  )

  test('gets a last day when it is first cleaned; its time stays what it was', () => {
    const { header, records, lines } = read(cleaned(batch, rules({ a: 10, b: 11 }))) ?? {}
    expect(lines).toEqual(['10 a=1', '11 b=null'])
    expect([hasDeleteHorizon(header?.attributes ?? 0), header?.baseTimestamp]).toEqual([true, NOW_MS + DAY_MS])
    expect(records?.map(({ timestamp }) => timestamp)).toEqual([NOW_MS, NOW_MS + 1])
  })
  test('stays until then, with the same last day, and goes with it', () => {
    const dated = cleaned(batch, rules({})) ?? new Uint8Array()
    const before = rules({}, { nowMs: NOW_MS + DAY_MS - 1 })
    expect(cleaned(dated, before)).toBe(dated)
    const thinned = read(cleaned(dated, rules({ a: 50 }, { nowMs: NOW_MS + DAY_MS - 1 })))
    expect([thinned?.lines, thinned?.header.baseTimestamp]).toEqual([['11 b=null'], NOW_MS + DAY_MS])
    const after = rules({}, { nowMs: NOW_MS + DAY_MS })
    expect(read(cleaned(dated, after))?.lines).toEqual(['10 a=1'])
  })
  test('goes at once when its key has a later record', () => {
    expect(read(cleaned(batch, rules({ b: 50 })))?.lines).toEqual(['10 a=1'])
  })
})

describe('an end-transaction marker', () => {
  const marker = (options: BatchOptions = {}) =>
    encodeBatch(
      { baseOffset: 20, producerId: 7, producerEpoch: 2, isTransactional: true, isControl: true, ...options },
      [{ offset: 20, timestamp: NOW_MS, key: Uint8Array.of(0, 0, 0, 1), value: Uint8Array.of(0, 0, 0, 0, 0, 9) }],
    )
  const open = (): CleanedTransactions => {
    const transactions = new CleanedTransactions()
    const [header] = batchHeaders(keyedBatch(three, { producerId: 7, producerEpoch: 2, isTransactional: true }))
    if (header) transactions.canDiscardBatch(header)
    return transactions
  }

  test('stays as it is while records of its transaction are there', () => {
    const batch = marker()
    expect(cleaned(batch, rules({}, { transactions: open() }))).toBe(batch)
  })
  test('gets a last day when there are none, and goes with it', () => {
    const dated = cleaned(marker(), rules({})) ?? new Uint8Array()
    expect(read(dated)?.header).toMatchObject({ baseTimestamp: NOW_MS + DAY_MS, recordCount: 1 })
    expect(cleaned(dated, rules({}, { nowMs: NOW_MS + DAY_MS - 1 }))).toBe(dated)
    expect(cleaned(dated, rules({}, { nowMs: NOW_MS + DAY_MS }))).toBeNull()
  })
  test('leaves its header where the epoch of the producer is known from nothing else', () => {
    const dated = cleaned(marker(), rules({})) ?? new Uint8Array()
    const last = (producerEpoch: number) => new Map([[7, { lastDataOffset: null, producerEpoch }]])
    const later = { nowMs: NOW_MS + DAY_MS }
    expect(read(cleaned(dated, rules({}, { ...later, lastRecords: last(2) })))?.header.recordCount).toBe(0)
    expect(cleaned(dated, rules({}, { ...later, lastRecords: last(3) }))).toBeNull()
  })
})

test('records of an aborted transaction go, whatever their keys; the last header of the producer stays', () => {
  const options = { baseOffset: 10, producerId: 7, producerEpoch: 2, baseSequence: 0, isTransactional: true }
  const transactions = () => {
    const made = new CleanedTransactions()
    made.add([{ producerId: 7, firstOffset: 10, lastOffset: 13, lastStableOffset: 14 }])
    return made
  }
  expect(cleaned(keyedBatch(three, options), rules({}, { transactions: transactions() }))).toBeNull()
  const lastRecords = new Map([[7, { lastDataOffset: 12, producerEpoch: 2 }]])
  const left = read(cleaned(keyedBatch(three, options), rules({}, { transactions: transactions(), lastRecords })))
  expect(left?.header).toMatchObject({ recordCount: 0, baseOffset: 10, lastOffsetDelta: 2 })
})

test('records that do not fit into their batch are an error, not a loop', () => {
  const batch = keyedBatch(three)
  batch[BATCH.recordCount + 3] = 9
  expect(() => cleaned(batch, rules({}))).toThrow(RecordError)
})
