import { describe, expect, test } from 'bun:test'
import { defaultLogConfig, type LogConfig } from '../../src/log/log-config.ts'
import {
  type ProduceRefusal,
  type ProduceRules,
  type ValidatedRecords,
  validateProduce,
} from '../../src/log/validate.ts'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import {
  BATCH,
  checkBatch,
  codecOf,
  patchOffsets,
  readBatchHeader,
  startsTransactional,
  timestampTypeOf,
} from '../../src/wire/records/batch.ts'
import { type BatchOptions, encodeBatch, type RecordToWrite } from '../../src/wire/records/batch-encoder.ts'
import { CODEC_NAMES, CompressionCodec } from '../../src/wire/records/compression/index.ts'
import { crc32c } from '../../src/wire/records/crc32c.ts'
import { writeInt32 } from '../../src/wire/records/integers.ts'
import { encodeMessageSet } from '../../src/wire/records/legacy.ts'
import { readRecords } from '../../src/wire/records/record.ts'
import { RecordError } from '../../src/wire/records/record-error.ts'
import { goldenLines } from '../golden/golden-file.ts'

const now = 1_800_000_000_000
const hour = 3_600_000

type Setting = Partial<LogConfig & Omit<ProduceRules, 'config'>>

function bytesOf(text: string | null): Uint8Array | null {
  return text === null ? null : new TextEncoder().encode(text)
}

function record(offset: number, key: string | null, value: string | null, timestamp = 1000 + offset): RecordToWrite {
  return { offset, timestamp, key: bytesOf(key), value: bytesOf(value) }
}

const twoRecords = [record(0, 'k0', 'a'), record(1, 'k1', 'b')]

/** To a topic with Kafka's defaults, but for what `setting` says. */
function produce(bytes: Uint8Array, setting: Setting = {}): ValidatedRecords | ProduceRefusal {
  return validateProduce(bytes, {
    apiVersion: 11,
    topicPartition: 'orders-0',
    nowMs: now,
    maxDecompressedBytes: 64 * 1024 * 1024,
    ...setting,
    config: { ...defaultLogConfig, ...setting },
  })
}

function refusalOf(bytes: Uint8Array, setting: Setting = {}): ProduceRefusal {
  const outcome = produce(bytes, setting)
  if (!('errorCode' in outcome)) throw new Error('was accepted')
  return outcome
}

function acceptedOf(bytes: Uint8Array, setting: Setting = {}): ValidatedRecords {
  const outcome = produce(bytes, setting)
  if ('errorCode' in outcome) throw new Error(`was refused: ${errorName(outcome.errorCode)} ${outcome.errorMessage}`)
  for (const batch of outcome.batches) checkBatch(outcome.bytes, batch.position, batch.sizeBytes)
  return outcome
}

/** A batch with single bytes spoilt and the CRC put right again. */
function spoilt(batch: Uint8Array, changes: Readonly<Record<number, number>>): Uint8Array {
  const bytes = batch.slice()
  for (const [position, byte] of Object.entries(changes)) bytes[Number(position)] = byte
  writeInt32(bytes, BATCH.crc, crc32c(bytes, BATCH.attributes))
  return bytes
}

interface GoldenProduce {
  readonly name: string
  readonly hex: string
  readonly brokerProduceV11: string
}

/** Where Kafka stumbles over an exception of the runtime, a broken record is what it stumbled over. */
const betterAnswers: Readonly<Record<string, string>> = { UNKNOWN_SERVER_ERROR: 'INVALID_RECORD' }

describe('Produce v11 without transactional id into a fresh partition, as Kafka answered', () => {
  const lines = goldenLines('batches').map(line => line as GoldenProduce)
  test.each(lines.map(line => [line.name, line] as const))('%s', (name, line) => {
    const bytes = new Uint8Array(Buffer.from(line.hex, 'hex'))
    // The bytes came with base offset 0, unless the base offset is what is wrong.
    if (bytes.length >= 8 && !name.includes('flipped-base-offset')) bytes.fill(0, 0, 8)
    expect(answerOf(bytes)).toBe(betterAnswers[line.brokerProduceV11] ?? line.brokerProduceV11)
  })

  /** What the door asks first, then what the log asks. */
  function answerOf(bytes: Uint8Array): string {
    try {
      if (startsTransactional(bytes)) return 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'
    } catch (error) {
      if (error instanceof RecordError) return errorName(error.code)
      throw error
    }
    const outcome = produce(bytes)
    return 'errorCode' in outcome ? errorName(outcome.errorCode) : 'NONE'
  }
})

describe('a batch as it should be', () => {
  test('is taken as it lies', () => {
    const bytes = encodeBatch({}, twoRecords)
    const accepted = acceptedOf(bytes)
    expect(accepted.bytes.buffer).toBe(bytes.buffer)
    expect(accepted).toMatchObject({
      logAppendTimeMs: -1,
      batches: [{ position: 0, recordCount: 2, maxTimestamp: 1001 }],
    })
  })

  test('a partial batch behind it is cut off', () => {
    const bytes = encodeBatch({}, twoRecords)
    const cut = new Uint8Array([...bytes, ...bytes.subarray(0, 50)])
    expect(acceptedOf(cut).bytes).toEqual(bytes)
  })

  test('offset deltas in another order are kept where nothing is compressed', () => {
    const backwards = encodeBatch({ baseOffset: 0, lastOffsetDelta: 1 }, [record(1, null, 'a'), record(0, null, 'b')])
    expect(acceptedOf(backwards.slice()).bytes).toEqual(backwards)
  })

  test('unused attributes are kept, and go when the batch is stamped', () => {
    const batch = spoilt(encodeBatch({}, twoRecords), { [BATCH.attributes + 1]: 0x80 })
    expect(acceptedOf(batch.slice()).batches[0]?.attributes).toBe(0x80)
    expect(acceptedOf(batch, { messageTimestampType: 'LogAppendTime' }).batches[0]?.attributes).toBe(0x08)
  })

  test.each([
    ['a wrong max timestamp', { maxTimestamp: 99_999 }, 1001],
    ['no timestamp', { baseTimestamp: 1000, maxTimestamp: -1 }, 1001],
    ['a base timestamp below -1', { baseTimestamp: -5000, maxTimestamp: 7 }, 1001],
  ])('%s is put right', (_, options: BatchOptions, maxTimestamp) => {
    expect(acceptedOf(encodeBatch(options, twoRecords)).batches[0]?.maxTimestamp).toBe(maxTimestamp)
  })

  test("the producer's own LogAppendTime becomes CreateTime", () => {
    const bytes = encodeBatch({ timestampType: 'LogAppendTime', maxTimestamp: 7777 }, twoRecords)
    const [batch] = acceptedOf(bytes).batches
    expect(batch).toMatchObject({ attributes: 0, maxTimestamp: 7777 })
  })
})

describe('what a batch may not be', () => {
  const good = encodeBatch({}, twoRecords)
  const invalid: readonly (readonly [string, Uint8Array])[] = [
    ['nothing', new Uint8Array(0)],
    ['two batches', new Uint8Array([...good, ...good])],
    ['magic 0', encodeMessageSet({ magic: 0 }, twoRecords)],
    ['magic 1', encodeMessageSet({ magic: 1 }, twoRecords)],
    ['a base offset of 5', encodeBatch({ baseOffset: 5 }, [record(5, 'k', 'v')])],
    ['a last offset delta too large', encodeBatch({ lastOffsetDelta: 5 }, twoRecords)],
    ['offset deltas with gaps', encodeBatch({}, [record(0, 'k', 'a'), record(2, 'k', 'b')])],
    ['no records', encodeBatch({ lastOffsetDelta: 0 }, [])],
    ['a count too large', spoilt(good, { [BATCH.lastOffsetDelta + 3]: 2, [BATCH.recordCount + 3]: 3 })],
    ['a count too small', spoilt(good, { [BATCH.lastOffsetDelta + 3]: 0, [BATCH.recordCount + 3]: 1 })],
    ['a negative count', spoilt(good, { [BATCH.recordCount]: 0xff })],
    ['a control batch', encodeBatch({ isControl: true }, [record(0, 'k', 'v')])],
    ['a producer id without sequence', encodeBatch({ producerId: 4000, producerEpoch: 0 }, twoRecords)],
    ['a codec that does not exist', spoilt(good, { [BATCH.attributes + 1]: 5 })],
    ['plain records said to be compressed', spoilt(good, { [BATCH.attributes + 1]: 1 })],
    ['a negative header count', spoilt(good, { [good.length - 1]: 1 })],
    [
      'compressed records out of sequence',
      encodeBatch({ baseOffset: 0, lastOffsetDelta: 1, codec: CompressionCodec.GZIP }, [
        record(1, null, 'a'),
        record(0, null, 'b'),
      ]),
    ],
  ]
  /** Those that ProduceRequest.validateRecords refuses, before the log is asked. */
  const ofRequest = ['nothing', 'two batches', 'magic 0', 'magic 1']
  test.each(invalid)('%s: INVALID_RECORD', (name, bytes) => {
    const { errorCode, errorMessage, recordErrors, hasLogStart } = refusalOf(bytes)
    expect({ errorCode, errorMessage, recordErrors }).toEqual({
      errorCode: ErrorCode.INVALID_RECORD,
      errorMessage: null,
      recordErrors: [],
    })
    expect(hasLogStart).toBe(!ofRequest.includes(name))
  })

  test('a wrong CRC: CORRUPT_MESSAGE', () => {
    const bytes = good.slice()
    bytes[BATCH.crc] = (bytes[BATCH.crc] ?? 0) ^ 1
    expect(refusalOf(bytes)).toEqual({
      errorCode: ErrorCode.CORRUPT_MESSAGE,
      errorMessage: null,
      recordErrors: [],
      hasLogStart: false,
    })
  })

  test('garbage behind the batch that has a batch’s size: CORRUPT_MESSAGE', () => {
    const bytes = new Uint8Array([...good, ...new TextEncoder().encode('xyz'.repeat(30))])
    expect(refusalOf(bytes).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE)
  })

  test('zstd came with version 7', () => {
    const bytes = encodeBatch({ codec: CompressionCodec.ZSTD }, twoRecords)
    expect(refusalOf(bytes, { apiVersion: 6 }).errorCode).toBe(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE)
    expect(acceptedOf(bytes, { apiVersion: 7 }).bytes).toEqual(bytes)
  })
})

describe('sizes', () => {
  test('max.message.bytes counts the whole batch', () => {
    const bytes = encodeBatch({}, twoRecords)
    expect(refusalOf(bytes, { maxMessageBytes: bytes.length - 1 }).errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE)
    expect(acceptedOf(bytes, { maxMessageBytes: bytes.length }).bytes).toEqual(bytes)
  })

  test('a batch larger than a segment', () => {
    const bytes = encodeBatch({}, twoRecords)
    expect(refusalOf(bytes, { segmentBytes: bytes.length - 1 }).errorCode).toBe(ErrorCode.RECORD_LIST_TOO_LARGE)
  })

  test('a batch that grows when it is recompressed', () => {
    const bytes = encodeBatch({ codec: CompressionCodec.GZIP }, [record(0, 'k', 'x'.repeat(2000))])
    expect(bytes.length).toBeLessThan(300)
    expect(acceptedOf(bytes, { maxMessageBytes: 300 }).bytes).toEqual(bytes)
    const refusal = refusalOf(bytes, { maxMessageBytes: 300, compressionType: 'uncompressed' })
    expect(refusal.errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE)
  })

  test.each([1, 2, 3, 4] as const)('what codec %d makes of a bomb stays under its cap', codec => {
    const bytes = encodeBatch({ codec }, [{ ...record(0, 'k', null), value: new Uint8Array(8 << 20) }])
    expect(bytes.length).toBeLessThan(1 << 20)
    expect(refusalOf(bytes, { maxDecompressedBytes: 1 << 20 }).errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE)
  })
})

describe('compacted topics', () => {
  const keyless = 'Compacted topic cannot accept message without key in topic partition orders-0'
  const records = [record(0, 'k', 'a'), record(1, null, 'b'), record(2, null, 'c')]

  test.each([0, 1, 4] as const)('refuse the records without key, codec %d', codec => {
    const refusal = refusalOf(encodeBatch({ codec }, records), { cleanupPolicy: ['compact'] })
    expect(refusal.errorCode).toBe(ErrorCode.INVALID_RECORD)
    expect(refusal.recordErrors).toEqual([
      { batchIndex: 1, batchIndexErrorMessage: keyless },
      { batchIndex: 2, batchIndexErrorMessage: keyless },
    ])
    expect(refusal.errorMessage).toStartWith('One or more records have been rejected due to 2 record errors in total')
  })

  test('take null values and empty keys', () => {
    acceptedOf(encodeBatch({}, [record(0, 'k', null), record(1, '', 'v')]), { cleanupPolicy: ['compact'] })
  })
})

describe('timestamps', () => {
  const bounds = { messageTimestampBeforeMaxMs: hour, messageTimestampAfterMaxMs: hour }

  test('out of range are refused, one by one', () => {
    const records = [
      record(0, null, 'a', now),
      record(1, null, 'b', now - 2 * hour),
      record(2, null, 'c', now + hour + 1),
    ]
    const refusal = refusalOf(encodeBatch({}, records), bounds)
    expect(refusal.errorCode).toBe(ErrorCode.INVALID_TIMESTAMP)
    expect(refusal.errorMessage).toBe('One or more records have been rejected due to invalid timestamp')
    expect(refusal.recordErrors.map(error => error.batchIndex)).toEqual([1, 2])
    expect(refusal.recordErrors[0]?.batchIndexErrorMessage).toBe(
      `Timestamp ${now - 2 * hour} of message with offset 1 is out of range. ` +
        `The timestamp should be within [${now - hour}, ${now + hour}]`,
    )
  })

  test('at the bounds, and none at all, are taken', () => {
    const records = [record(0, null, 'a', now - hour), record(1, null, 'b', now + hour), record(2, null, 'c', -1)]
    acceptedOf(encodeBatch({}, records), bounds)
  })

  test.each([0, 2] as const)('of the append are stamped into the header, codec %d', codec => {
    const bytes = encodeBatch({ codec }, twoRecords)
    const accepted = acceptedOf(bytes, { messageTimestampType: 'LogAppendTime', ...bounds })
    const [batch] = accepted.batches
    expect(accepted.logAppendTimeMs).toBe(now)
    expect(batch).toMatchObject({ maxTimestamp: now, baseTimestamp: 1000, attributes: 0x08 | codec })
  })

  test('of the append may not be the producer’s', () => {
    const bytes = encodeBatch({ timestampType: 'LogAppendTime', maxTimestamp: now }, twoRecords)
    const refusal = refusalOf(bytes, { messageTimestampType: 'LogAppendTime' })
    expect(refusal.errorCode).toBe(ErrorCode.INVALID_TIMESTAMP)
    expect(refusal.recordErrors.map(error => error.batchIndex)).toEqual([0, 1])
  })
})

describe('compression.type', () => {
  const codecs = [0, 1, 2, 3, 4] as const
  const pairs = codecs.flatMap(from => codecs.map(to => [CODEC_NAMES[from], CODEC_NAMES[to], from, to] as const))

  test.each(pairs)('%s to %s', (_, compressionType, from, to) => {
    const headers = [{ key: 'h', value: null }]
    const options = { codec: from, producerId: 7, producerEpoch: 1, baseSequence: 3, isTransactional: true }
    const original = encodeBatch(options, [{ ...record(0, null, 'a'), headers }, record(1, 'k', null)])
    const wanted = to === 0 ? 'uncompressed' : compressionType === 'none' ? 'producer' : compressionType
    const { bytes, batches } = acceptedOf(original.slice(), { compressionType: wanted })
    const [batch] = batches
    if (!batch) throw new Error('no batch')
    expect(codecOf(batch.attributes)).toBe(to)
    expect(readRecords(bytes, batch, 1 << 20)).toEqual(readRecords(original, readBatchHeader(original, 0), 1 << 20))
    expect(batch).toMatchObject({
      producerId: 7,
      producerEpoch: 1,
      baseSequence: 3,
      maxTimestamp: 1001,
      recordCount: 2,
    })
    if (from === to) expect(bytes).toEqual(original)
  })

  test.each([
    ['gzip', 1, 9],
    ['lz4', 1, 17],
    ['zstd', -100, 22],
  ] as const)('%s as hard as its level says', (compressionType, easy, hard) => {
    const words = Array.from({ length: 3000 }, (_, index) => `word ${(index * 7919) % 331}`).join(' ')
    const original = encodeBatch({}, [record(0, 'k', words)])
    const sizeAt = (compressionLevel: number) =>
      acceptedOf(original.slice(), { compressionType, compressionLevel }).bytes.length
    expect(sizeAt(hard)).toBeLessThan(sizeAt(easy))
  })
})

describe('Produce 0 to 2', () => {
  const records = [record(0, 'k0', 'a'), record(1, null, 'b'), record(2, 'k2', null)]

  test.each([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [1, 2],
    [1, 3],
    [0, 3],
  ] as const)('messages of magic %d, codec %d, become one batch', (magic, codec) => {
    const { bytes, batches } = acceptedOf(encodeMessageSet({ magic, codec }, records), { apiVersion: 2 })
    const [batch, ...more] = batches
    if (!batch) throw new Error('no batch')
    expect(more).toEqual([])
    expect(codecOf(batch.attributes)).toBe(codec)
    expect(readRecords(bytes, batch, 1 << 20)).toMatchObject(
      records.map(({ offset, key, value, timestamp }) => ({ offset, key, value, timestamp: magic ? timestamp : -1 })),
    )
  })

  test('the time of the append is the batch’s', () => {
    const rules = { apiVersion: 1, messageTimestampType: 'LogAppendTime' } as const
    const [batch] = acceptedOf(encodeMessageSet({ magic: 0 }, records), rules).batches
    expect(batch && timestampTypeOf(batch.attributes)).toBe('LogAppendTime')
    expect(batch?.maxTimestamp).toBe(now)
  })

  test('a wrong CRC, a missing key, two compressed messages', () => {
    const set = encodeMessageSet({ magic: 1, codec: 1 }, records)
    const broken = set.slice()
    broken[set.length - 1] = (broken[set.length - 1] ?? 0) ^ 1
    expect(refusalOf(broken, { apiVersion: 2 }).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE)
    expect(
      refusalOf(set, { apiVersion: 2, cleanupPolicy: ['compact'] }).recordErrors.map(error => error.batchIndex),
    ).toEqual([1])
    expect(refusalOf(new Uint8Array([...set, ...set]), { apiVersion: 2 }).errorCode).toBe(ErrorCode.INVALID_RECORD)
  })

  test('nothing is nothing, and no error', () => {
    expect(acceptedOf(new Uint8Array(0), { apiVersion: 2 }).batches).toEqual([])
  })
})

test('base offset and leader epoch are patched outside the CRC', () => {
  const bytes = encodeBatch({}, twoRecords)
  patchOffsets(bytes, 0, 2 ** 40 + 5, 9)
  checkBatch(bytes, 0, bytes.length)
  expect(readBatchHeader(bytes, 0)).toMatchObject({ baseOffset: 2 ** 40 + 5, partitionLeaderEpoch: 9 })
})
