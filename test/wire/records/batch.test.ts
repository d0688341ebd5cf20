import { describe, expect, test } from 'bun:test'
import { ErrorCode } from '../../../src/wire/errors.ts'
import {
  BATCH,
  batchHeaders,
  checkBatch,
  hasWholeBatch,
  incrementSequence,
  patchTimestamps,
  readBatchHeader,
  startsTransactional,
  wholeBatchBytes,
} from '../../../src/wire/records/batch.ts'
import { type BatchOptions, encodeBatch, type RecordToWrite } from '../../../src/wire/records/batch-encoder.ts'
import { CompressionCodec } from '../../../src/wire/records/compression/index.ts'
import { crc32c } from '../../../src/wire/records/crc32c.ts'
import { readInt64, writeInt32, writeInt64 } from '../../../src/wire/records/integers.ts'
import { encodeMessageSet } from '../../../src/wire/records/legacy.ts'
import { readRecords, recordsFrom, walkRecords } from '../../../src/wire/records/record.ts'
import { RecordError } from '../../../src/wire/records/record-error.ts'

const encoder = new TextEncoder()

function record(offset: number, timestamp: number, key: string | null, value: string | null): RecordToWrite {
  return {
    offset,
    timestamp,
    key: key === null ? null : encoder.encode(key),
    value: value === null ? null : encoder.encode(value),
  }
}

const records = [record(100, 5000, 'a', 'one'), record(101, 4000, null, null), record(105, -1, '', 'three')]
const batch = encodeBatch({ lastOffsetDelta: 9 }, records)

describe('finding batches', () => {
  test('a whole one is as long as it says, a partial one is not there', () => {
    expect(wholeBatchBytes(batch, 0)).toBe(batch.length)
    for (let end = 0; end < batch.length; end++) expect(hasWholeBatch(batch, 0, end)).toBe(false)
  })

  test('headers come one after the other, without the partial one', () => {
    const log = new Uint8Array([...batch, ...encodeBatch({}, [record(110, 1, 'k', 'v')]), ...batch.subarray(0, 70)])
    const found = [...batchHeaders(log)]
    expect(found.map(header => [header.position, header.baseOffset, header.lastOffsetDelta])).toEqual([
      [0, 100, 9],
      [batch.length, 110, 0],
    ])
  })

  test.each([
    ['a length below the least', BATCH.length + 3, 13, 0],
    ['a negative length', BATCH.length, 0xff, 0],
    ['magic 3', BATCH.magic, 3, 0],
    ['magic -1', BATCH.magic, 0xff, 0],
  ])('%s is CORRUPT_MESSAGE', (_, position, byte) => {
    const broken = batch.slice()
    broken.fill(0, BATCH.length, BATCH.length + 3)
    broken[position] = byte
    expect(() => wholeBatchBytes(broken, 0)).toThrow(RecordError)
  })

  test('messages of magic 1 are no batches of magic 2', () => {
    expect(() => [...batchHeaders(encodeMessageSet({ magic: 1 }, records))]).toThrow(RecordError)
  })

  test('only a whole transactional batch at the head makes a produce transactional', () => {
    const transactional = encodeBatch({ isTransactional: true }, records)
    expect(startsTransactional(transactional)).toBe(true)
    expect(startsTransactional(transactional.subarray(0, 80))).toBe(false)
    expect(startsTransactional(batch)).toBe(false)
    expect(startsTransactional(new Uint8Array(0))).toBe(false)
  })
})

test('the checksum covers attributes to end', () => {
  checkBatch(batch, 0, batch.length)
  for (let position = BATCH.crc; position < batch.length; position++) {
    const broken = batch.slice()
    broken[position] = (broken[position] ?? 0) ^ 0x10
    expect(() => checkBatch(broken, 0, broken.length)).toThrow(RecordError)
  }
})

test('max timestamp and type are patched with their checksum', () => {
  const stamped = new Uint8Array([...new Uint8Array(5), ...batch])
  patchTimestamps(stamped, 5, 1_700_000_000_123, 'LogAppendTime')
  checkBatch(stamped, 5, batch.length)
  const header = readBatchHeader(stamped, 5)
  expect(header.maxTimestamp).toBe(1_700_000_000_123)
  expect(readRecords(stamped, header, 1).map(({ timestamp }) => timestamp)).toEqual(
    new Array(3).fill(1_700_000_000_123),
  )
})

test('sequences wrap from 2^31 - 1 to 0', () => {
  expect(incrementSequence(0x7fffffff, 1)).toBe(0)
  expect(incrementSequence(0x7ffffffd, 4)).toBe(1)
  expect(incrementSequence(5, 4)).toBe(9)
})

test('int64: exact to ±2^53, saturating beyond', () => {
  const bytes = new Uint8Array(8)
  for (const value of [0, -1, 1, 2 ** 32, -(2 ** 32), -(2 ** 32) - 1, 2 ** 53 - 1, -(2 ** 53) + 1, -(2 ** 63)]) {
    writeInt64(bytes, 0, value)
    expect(readInt64(bytes, 0)).toBe(value)
    expect(new DataView(bytes.buffer).getBigInt64(0)).toBe(BigInt(value))
  }
  writeInt64(bytes, 0, 2 ** 63)
  expect(new DataView(bytes.buffer).getBigInt64(0)).toBe(2n ** 63n - 1n)
  writeInt64(bytes, 0, -(2 ** 70))
  expect(new DataView(bytes.buffer).getBigInt64(0)).toBe(-(2n ** 63n))
})

describe('records', () => {
  test.each([0, 1, 2, 3, 4] as const)('of codec %d come back as they went', codec => {
    const headers = [
      { key: 'ключ 🗝', value: encoder.encode('v') },
      { key: '', value: null },
    ]
    const bytes = encodeBatch(
      { codec },
      records.map(entry => ({ ...entry, headers })),
    )
    expect(readRecords(bytes, readBatchHeader(bytes, 0), 1 << 20)).toEqual(
      records.map(entry => ({ ...entry, headers })),
    )
  })

  test('walking finds what the validator asks for', () => {
    expect(walkRecords(batch, readBatchHeader(batch, 0), 1)).toEqual({
      maxTimestamp: 5000,
      minTimestamp: 4000,
      keylessCount: 1,
      isSequential: false,
    })
  })

  test.each([
    [0],
    [63],
    [-64],
    [64],
    [8191],
    [1 << 20],
    [-(1 << 27)],
    [2 ** 31 - 1],
    [-(2 ** 31)],
    [2 ** 31],
    [2 ** 40 + 1],
    [-(2 ** 51)],
    [2 ** 52 - 1],
  ])('a timestamp %d after the first', delta => {
    const bytes = encodeBatch({ baseTimestamp: 0 }, [record(0, delta, null, null)])
    const header = readBatchHeader(bytes, 0)
    expect(readRecords(bytes, header, 1)[0]?.timestamp).toBe(delta)
    expect(bytes.length).toBe(BATCH.records + 6 + varlongBytesOf(delta))
  })

  /** By bigint, as Kafka's ByteUtils.sizeOfVarlong. */
  function varlongBytesOf(value: number): number {
    const raw = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
    return Math.max(1, Math.ceil(raw.toString(2).length / 7))
  }

  test('one by one, from an offset on, and no further than somebody reads', () => {
    const header = readBatchHeader(batch, 0)
    const offsetsFrom = (offset: number) => [...recordsFrom(batch, header, 1000, offset)].map(record => record.offset)
    expect(offsetsFrom(0)).toEqual([100, 101, 105])
    expect(offsetsFrom(101)).toEqual([101, 105])
    expect(offsetsFrom(102)).toEqual([105])
    expect(offsetsFrom(106)).toEqual([])
    const cut = batch.slice(0, -1)
    const reading = recordsFrom(cut, { ...header, sizeBytes: cut.length }, 1000, 0)
    expect(reading.next().value).toMatchObject({ offset: 100 })
    expect(() => [...reading]).toThrow(RecordError)
  })

  test('a header key that is no UTF-8 keeps its bytes', () => {
    const headers = [{ key: 'h?', value: null }]
    const bytes = encodeBatch({}, [{ ...record(0, 0, null, null), headers }])
    bytes[bytes.lastIndexOf(0x3f)] = 0xff
    const [read] = readRecords(bytes, readBatchHeader(bytes, 0), 1000)
    expect(read?.headers).toEqual([{ key: 'h\uFFFD', keyBytes: new Uint8Array([0x68, 0xff]), value: null }])
  })

  test('spoilt bytes give records or a RecordError, and walking agrees with reading', () => {
    const options: BatchOptions = { codec: CompressionCodec.NONE }
    const headers = [{ key: 'h', value: encoder.encode('x') }]
    const good = encodeBatch(
      options,
      records.map(entry => ({ ...entry, headers })),
    )
    for (let position: number = BATCH.attributes; position < good.length; position++) {
      for (let byte = 0; byte < 256; byte += 5) {
        const bytes = good.slice()
        bytes[position] = byte
        writeInt32(bytes, BATCH.crc, crc32c(bytes, BATCH.attributes))
        const header = readBatchHeader(bytes, 0)
        expect(outcomeOf(() => walkRecords(bytes, header, 1000).keylessCount)).toEqual(
          outcomeOf(() => readRecords(bytes, header, 1000).filter(({ key }) => key === null).length),
        )
      }
    }
  })

  function outcomeOf(action: () => number): number | string {
    try {
      return action()
    } catch (error) {
      if (error instanceof RecordError) return `${error.code} ${error.message}`
      throw error
    }
  }

  test('a varint of more than five bytes, and a varlong of more than ten, are refused', () => {
    for (const [count, position] of [
      [5, 0],
      [10, 2],
    ] as const) {
      const body = [40, 0, ...new Array<number>(20).fill(0)]
      body.fill(0xff, position, position + count)
      body[position + count] = 0x01
      const bytes = new Uint8Array([...encodeBatch({ lastOffsetDelta: 0 }, []), ...body])
      writeInt32(bytes, BATCH.length, bytes.length - 12)
      writeInt32(bytes, BATCH.recordCount, 1)
      expect(() => readRecords(bytes, readBatchHeader(bytes, 0), 1)).toThrow('too long')
    }
  })

  test('an error carries its code', () => {
    const negative = batch.slice()
    negative.fill(0xff, BATCH.recordCount, BATCH.records)
    try {
      readRecords(negative, readBatchHeader(negative, 0), 1)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: ErrorCode.INVALID_RECORD })
    }
  })
})
