import { describe, expect, test } from 'bun:test'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { encodeBatch, type RecordToWrite } from '../../../src/wire/records/batch-encoder.ts'
import { CompressionCodec, compress } from '../../../src/wire/records/compression/index.ts'
import { crc32 } from '../../../src/wire/records/crc32c.ts'
import { writeInt32 } from '../../../src/wire/records/integers.ts'
import { downConvert, encodeMessageSet, readLegacyBatches } from '../../../src/wire/records/legacy.ts'
import { RecordError } from '../../../src/wire/records/record-error.ts'

const encoder = new TextEncoder()

function record(offset: number, key: string | null, value: string | null): RecordToWrite {
  return {
    offset,
    timestamp: 9000 - offset,
    key: key === null ? null : encoder.encode(key),
    value: value === null ? null : encoder.encode(value),
  }
}

const records = [record(40, 'a', 'one'), record(41, null, 'two'), record(44, 'c', null)]

describe('down-conversion', () => {
  const headers = [{ key: 'h', value: null }]
  const control = encodeBatch({ isControl: true, isTransactional: true, producerId: 1 }, [record(45, 'x', 'y')])

  test.each([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [1, 2],
    [0, 3],
    [1, 3],
  ] as const)(
    'to magic %d, codec %d, keeps offsets and compression and drops headers and control batches',
    (magic, codec) => {
      const batch = encodeBatch(
        { codec },
        records.map(entry => ({ ...entry, headers })),
      )
      const partial = batch.subarray(0, batch.length - 1)
      const converted = downConvert(new Uint8Array([...batch, ...control, ...partial]), magic, 1 << 20)
      const batches = readLegacyBatches(converted, 1 << 20)
      expect(batches.length).toBe(codec === 0 ? 3 : 1)
      for (const found of batches) expect([found.magic, found.codec]).toEqual([magic, codec])
      expect(batches.flatMap(found => found.records)).toEqual(
        records.map(entry => ({ ...entry, timestamp: magic === 0 ? -1 : entry.timestamp, headers: [] })),
      )
    },
  )

  test('keeps the time of the append', () => {
    const batch = encodeBatch({ codec: 1, timestampType: 'LogAppendTime', maxTimestamp: 777 }, records)
    const [found] = readLegacyBatches(downConvert(batch, 1, 1 << 20), 1 << 20)
    expect(found?.timestampType).toBe('LogAppendTime')
    expect(found?.records.map(({ timestamp }) => timestamp)).toEqual([777, 777, 777])
  })

  test('of zstd is refused', () => {
    try {
      downConvert(encodeBatch({ codec: 4 }, records), 1, 1 << 20)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: ErrorCode.UNSUPPORTED_COMPRESSION_TYPE })
    }
  })

  test('of nothing, or of control batches alone, is nothing', () => {
    expect(downConvert(new Uint8Array(0), 1, 1).length).toBe(0)
    expect(downConvert(control, 0, 1).length).toBe(0)
  })
})

describe('messages inside a message', () => {
  /** A wrapper of magic 1 around any bytes, its CRC right. */
  function wrapper(value: Uint8Array | null, attributes = 1): Uint8Array {
    const bytes = encodeMessageSet({ magic: 1 }, [{ offset: 9, timestamp: 5, key: null, value }])
    bytes[17] = attributes
    writeInt32(bytes, 12, crc32(bytes, 16))
    return bytes
  }

  test.each([
    ['nothing', wrapper(null)],
    ['no messages', wrapper(compress(CompressionCodec.GZIP, new Uint8Array(5)))],
    ['messages of another magic', wrapper(compress(CompressionCodec.GZIP, encodeMessageSet({ magic: 0 }, records)))],
    [
      'compressed messages',
      wrapper(compress(CompressionCodec.GZIP, encodeMessageSet({ magic: 1, codec: 1 }, records))),
    ],
    ['a batch of magic 2', wrapper(compress(CompressionCodec.GZIP, encodeBatch({}, records)))],
    ['zstd', wrapper(compress(CompressionCodec.ZSTD, encodeMessageSet({ magic: 1 }, records)), 4)],
    ['a codec that does not exist', wrapper(encodeMessageSet({ magic: 1 }, records), 6)],
  ])('%s is refused', (_, bytes) => {
    expect(() => readLegacyBatches(bytes, 1 << 20)).toThrow(RecordError)
  })

  test('together may not grow beyond the cap', () => {
    const one = encodeMessageSet({ magic: 1, codec: 1 }, [record(0, null, 'x'.repeat(10_000))])
    const two = new Uint8Array([...one, ...one])
    expect(readLegacyBatches(two, 21_000).length).toBe(2)
    expect(() => readLegacyBatches(two, 19_000)).toThrow('more than')
  })
})

test('spoilt bytes give batches or a RecordError', () => {
  for (const magic of [0, 1] as const) {
    const good = encodeMessageSet({ magic, codec: 1 }, records)
    for (let position = 0; position < good.length; position++) {
      const bytes = good.slice()
      bytes[position] = (bytes[position] ?? 0) ^ 0x41
      writeInt32(bytes, 12, crc32(bytes, 16))
      try {
        readLegacyBatches(bytes, 1 << 20)
      } catch (error) {
        expect(error).toBeInstanceOf(RecordError)
      }
    }
  }
})
