import { describe, expect, test } from 'bun:test'
import {
  type BatchHeader,
  checkBatch,
  codecOf,
  hasDeleteHorizon,
  isControl,
  isTransactional,
  lastSequenceOf,
  magicAt,
  readBatchHeader,
  timestampTypeOf,
  wholeBatchBytes,
} from '../../src/wire/records/batch.ts'
import { encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { CODEC_NAMES, isCodec } from '../../src/wire/records/compression/index.ts'
import {
  encodeMessageSet,
  type LegacyBatch,
  type LegacyMagic,
  readLegacyBatches,
} from '../../src/wire/records/legacy.ts'
import { type RecordEntry, readRecords } from '../../src/wire/records/record.ts'
import { RecordError } from '../../src/wire/records/record-error.ts'
import { goldenLines } from './golden-file.ts'

interface GoldenRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers?: readonly (readonly [key: string, value: string | null])[]
}

interface GoldenBatch {
  readonly magic: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly sizeInBytes: number
  readonly compression: string
  readonly timestampType: string
  readonly maxTimestamp: number
  readonly crc: number
  readonly partitionLeaderEpoch?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly lastSequence?: number
  readonly count?: number
  readonly transactional?: boolean
  readonly control?: boolean
  readonly deleteHorizonMs?: number
  readonly baseTimestampField?: number
  readonly records: readonly GoldenRecord[]
}

interface GoldenLine {
  readonly name: string
  readonly valid: boolean | 'reader-accepts'
  readonly hex: string
  readonly kafkaStage?: string
  readonly batchesSeen?: number
  readonly batches?: readonly GoldenBatch[]
}

type ReadBatch = { header: BatchHeader; records: RecordEntry[] } | LegacyBatch

const MAX_BYTES = 64 * 1024 * 1024

const lines = goldenLines('batches').map(line => line as GoldenLine)
const valid = lines.filter(line => line.valid === true)
const partial = lines.filter(line => line.valid === false && line.kafkaStage === 'no complete batch')
const broken = lines.filter(line => line.valid === false && line.kafkaStage !== 'no complete batch')
const accepted = lines.filter(line => line.valid === 'reader-accepts')

/** Every whole batch in `bytes`, of any magic, checked and read. */
function readAll(bytes: Uint8Array): ReadBatch[] {
  const batches: ReadBatch[] = []
  let position = 0
  for (let size = wholeBatchBytes(bytes, position); size > 0; size = wholeBatchBytes(bytes, position)) {
    if (magicAt(bytes, position) < 2) {
      batches.push(...readLegacyBatches(bytes.subarray(position, position + size), MAX_BYTES))
    } else {
      checkBatch(bytes, position, size)
      const header = readBatchHeader(bytes, position)
      batches.push({ header, records: readRecords(bytes, header, MAX_BYTES) })
    }
    position += size
  }
  return batches
}

function base64(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString('base64')
}

/** Beyond ±2^53 an int64 is rounded, and an offset is the sum of two of them: what is left there are the upper 50 bits. */
function rounded(value: number): number {
  return Number.isSafeInteger(value) ? value : Number(value.toPrecision(15))
}

function shownRecord({ offset, timestamp, key, value, headers = [] }: RecordEntry) {
  return {
    offset: rounded(offset),
    timestamp: rounded(timestamp),
    key: base64(key),
    value: base64(value),
    headers: headers.map(header => [header.key, base64(header.value)]),
  }
}

function goldenRecord({ offset, timestamp, key, value, headers = [] }: GoldenRecord) {
  return { offset: rounded(offset), timestamp: rounded(timestamp), key, value, headers: [...headers] }
}

/** A batch in the golden file's own terms. */
function shown(batch: ReadBatch) {
  const records = batch.records.map(shownRecord)
  if (!('header' in batch)) {
    const { magic, baseOffset, lastOffset, sizeBytes, codec, maxTimestamp, crc } = batch
    const timestampType = batch.timestampType ?? 'NoTimestampType'
    const compression = CODEC_NAMES[codec]
    return {
      ...{ magic, baseOffset, lastOffset, sizeInBytes: sizeBytes, compression, timestampType, maxTimestamp, crc },
      records,
    }
  }
  const { header } = batch
  const { attributes } = header
  return {
    magic: header.magic,
    baseOffset: rounded(header.baseOffset),
    lastOffset: rounded(header.baseOffset + header.lastOffsetDelta),
    sizeInBytes: header.sizeBytes,
    compression: CODEC_NAMES[codecOf(attributes)],
    timestampType: timestampTypeOf(attributes),
    maxTimestamp: rounded(header.maxTimestamp),
    crc: header.crc,
    partitionLeaderEpoch: header.partitionLeaderEpoch,
    producerId: rounded(header.producerId),
    producerEpoch: header.producerEpoch,
    baseSequence: header.baseSequence,
    lastSequence: lastSequenceOf(header),
    count: header.recordCount,
    transactional: isTransactional(attributes),
    control: isControl(attributes),
    ...(hasDeleteHorizon(attributes) ? { deleteHorizonMs: header.baseTimestamp } : {}),
    baseTimestampField: rounded(header.baseTimestamp),
    records,
  }
}

function golden(batch: Partial<GoldenBatch>) {
  const rounding: [string, unknown][] = Object.entries(batch).map(([name, value]) => [
    name,
    typeof value === 'number' ? rounded(value) : value,
  ])
  return { ...Object.fromEntries(rounding), records: (batch.records ?? []).map(goldenRecord) }
}

/** The same batch, written by us. */
function rewritten(batch: ReadBatch): Uint8Array {
  if (!('header' in batch)) {
    const { codec } = batch
    if (!isCodec(codec)) throw new Error(`no codec ${codec}`)
    const magic: LegacyMagic = batch.magic
    return encodeMessageSet({ magic, codec, timestampType: batch.timestampType ?? 'CreateTime' }, batch.records)
  }
  const { header, records } = batch
  const codec = codecOf(header.attributes)
  if (!isCodec(codec)) throw new Error(`no codec ${codec}`)
  return encodeBatch(
    {
      baseOffset: header.baseOffset,
      lastOffsetDelta: header.lastOffsetDelta,
      partitionLeaderEpoch: header.partitionLeaderEpoch,
      codec,
      baseTimestamp: header.baseTimestamp,
      maxTimestamp: header.maxTimestamp,
      timestampType: timestampTypeOf(header.attributes),
      producerId: header.producerId,
      producerEpoch: header.producerEpoch,
      baseSequence: header.baseSequence,
      isTransactional: isTransactional(header.attributes),
      isControl: isControl(header.attributes),
      ...(hasDeleteHorizon(header.attributes) ? { deleteHorizonMs: header.baseTimestamp } : {}),
    },
    records,
  )
}

/**
 * Whether our bytes must be Kafka's: not compressed, no int64 that a number cannot hold, and no timestamps hidden behind
 * the time of the append.
 */
function isCanonical(batch: GoldenBatch): boolean {
  if (batch.magic === 2 && batch.timestampType === 'LogAppendTime') return false
  const integers = [batch.baseOffset, batch.lastOffset, batch.maxTimestamp, batch.producerId ?? 0]
  return batch.compression === 'none' && integers.every(Number.isSafeInteger)
}

describe('batches that Kafka wrote', () => {
  test.each(valid.map(line => [line.name, line] as const))('%s', (_, line) => {
    const bytes = Buffer.from(line.hex, 'hex')
    const batches = readAll(bytes)
    const goldenBatches = line.batches ?? []
    expect<unknown>(batches.map(shown)).toMatchObject(goldenBatches.map(golden))

    let position = 0
    for (const [index, batch] of batches.entries()) {
      const goldenBatch = goldenBatches[index]!
      const again = rewritten(batch)
      const original = bytes.subarray(position, position + goldenBatch.sizeInBytes)
      position += original.length
      if (isCanonical(goldenBatch)) {
        expect(Buffer.from(again).toString('hex')).toBe(original.toString('hex'))
      } else {
        const { crc: _crc, sizeInBytes: _size, ...content } = goldenBatch
        expect<unknown>(readAll(again).map(shown)).toMatchObject([golden(content)])
      }
    }
    expect(position).toBe(bytes.length)
  })
})

describe('broken batches', () => {
  test.each(partial.map(line => [line.name, line] as const))('%s holds nothing to read', (_, line) => {
    expect(readAll(Buffer.from(line.hex, 'hex'))).toEqual([])
  })

  test.each(broken.map(line => [line.name, line] as const))('%s is refused', (_, line) => {
    expect(() => readAll(Buffer.from(line.hex, 'hex'))).toThrow(RecordError)
  })

  test.each(accepted.map(line => [line.name, line] as const))('%s is read as Kafka reads it', (_, line) => {
    expect(readAll(Buffer.from(line.hex, 'hex')).length).toBe(line.batchesSeen ?? -1)
  })
})

test('the golden file has lines of every kind', () => {
  for (const kind of [valid, partial, broken, accepted]) expect(kind.length).toBeGreaterThan(0)
})
