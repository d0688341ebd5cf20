/** Hostile record batches, most of them with checksums that are right: a value or RecordError, in bounded memory. @module */
import { expect, test } from 'bun:test'
import { defaultLogConfig, type LogConfig } from '../../src/log/log-config.ts'
import { type ProduceRules, validateProduce } from '../../src/log/validate.ts'
import {
  BATCH,
  batchHeaders,
  CURRENT_MAGIC,
  codecOf,
  LOG_OVERHEAD_BYTES,
  readBatchHeader,
} from '../../src/wire/records/batch.ts'
import { CompressionCodec, compress, decompress } from '../../src/wire/records/compression/index.ts'
import { crc32, crc32c } from '../../src/wire/records/crc32c.ts'
import { readInt16, writeInt32 } from '../../src/wire/records/integers.ts'
import { downConvert, readLegacyBatches } from '../../src/wire/records/legacy.ts'
import { readRecords } from '../../src/wire/records/record.ts'
import { RecordError } from '../../src/wire/records/record-error.ts'
import { goldenLines } from '../golden/golden-file.ts'
import { seed, withSeed } from '../seed.ts'
import { chosen, SeededRandom } from '../sim/random.ts'
import { batchOf, START_MS } from '../sim/world.ts'
import { liveBytes } from './live-bytes.ts'
import { mutantsOf } from './mutant-count.ts'
import { Mutator } from './mutation.ts'

const { count: mutantCount, timeoutMs } = mutantsOf('batches')
/** Larger golden batches say nothing more, and take longer. */
const MAX_GOLDEN_BYTES = 2000
const MAX_DECOMPRESSED_BYTES = 100_000
const MAX_GROWTH_BYTES = 64 * 1024 * 1024
/** Where a message of magic 0 or 1 has its length, its checksum, and what that covers. */
const LEGACY = { length: 8, crc: 12, covered: 16 }

const config: LogConfig = { ...defaultLogConfig, messageTimestampAfterMaxMs: 2 ** 63 }
const usual: ProduceRules = {
  apiVersion: 9,
  topicPartition: 't-0',
  config,
  nowMs: START_MS,
  maxDecompressedBytes: MAX_DECOMPRESSED_BYTES,
}
const rules: readonly ProduceRules[] = [
  usual,
  usual,
  { ...usual, apiVersion: 2 },
  ruled({ cleanupPolicy: ['compact'], messageTimestampAfterMaxMs: 1000, messageTimestampBeforeMaxMs: 1000 }),
  ruled({ messageTimestampType: 'LogAppendTime', maxMessageBytes: 300 }),
  { ...ruled({ compressionType: 'lz4' }), apiVersion: 1 },
]

function ruled(changes: Partial<LogConfig>): ProduceRules {
  return { ...usual, config: { ...config, ...changes } }
}

const values = ['', 'a', 'b'.repeat(200), 'striking '.repeat(40)]
const batches = [
  ...Object.values(CompressionCodec).map(codec => batchOf({ values, codec, key: 'k' })),
  ...Object.values(CompressionCodec).map(codec =>
    batchOf({ values, codec, producerId: 5, producerEpoch: 0, baseSequence: 0 }),
  ),
  ...(goldenLines('batches') as { hex: string }[])
    .map(({ hex }) => Uint8Array.fromHex(hex))
    .filter(bytes => bytes.length > 0 && bytes.length <= MAX_GOLDEN_BYTES),
]
/** Own batches whose records can be taken out and put back. */
const packed = batches.slice(0, Object.values(CompressionCodec).length)

test(
  `${mutantCount} mutants of record batches`,
  () => {
    const random = new SeededRandom(seed)
    const mutator = new Mutator(random)
    const before = liveBytes()
    for (let count = 0; count < mutantCount; count++) {
      const bytes = mutant(random, mutator)
      const hex = () => bytes.toHex()
      withSeed(hex, () => readAnyhow(bytes))
      withSeed(hex, () => acceptOrRefuse(bytes, chosen(random, rules)))
    }
    expect(liveBytes() - before).toBeLessThan(MAX_GROWTH_BYTES)
  },
  timeoutMs,
)

/** A batch with something wrong: anywhere, or with its checksum made right again, or in the records before compression. */
function mutant(random: SeededRandom, mutator: Mutator): Uint8Array {
  const kind = random.below(10)
  if (kind === 0) return mutator.mutate(chosen(random, batches))
  if (kind === 1) return repacked(random, mutator, chosen(random, packed))
  // Behind the magic: what comes before it is looked at first, and rarely survives.
  return sealed(mutator.mutate(chosen(random, batches), random.below(4) === 0 ? 0 : BATCH.attributes))
}

/** `bytes` with the length and the checksum that they should have, if they are long enough to have any. */
function sealed(bytes: Uint8Array): Uint8Array {
  const isLegacy = bytes[BATCH.magic] !== CURRENT_MAGIC
  if (bytes.length < (isLegacy ? LEGACY.covered + 1 : BATCH.attributes)) return bytes
  writeInt32(bytes, LEGACY.length, bytes.length - LOG_OVERHEAD_BYTES)
  if (isLegacy) writeInt32(bytes, LEGACY.crc, crc32(bytes, LEGACY.covered))
  else writeInt32(bytes, BATCH.crc, crc32c(bytes, BATCH.attributes))
  return bytes
}

/** The batch with damaged records in sound compression. */
function repacked(random: SeededRandom, mutator: Mutator, batch: Uint8Array): Uint8Array {
  const plain = decompress(
    codecOf(readInt16(batch, BATCH.attributes)),
    batch.subarray(BATCH.records),
    MAX_DECOMPRESSED_BYTES,
  )
  const codec = chosen(random, [CompressionCodec.LZ4, CompressionCodec.SNAPPY, CompressionCodec.NONE])
  const records = compress(codec, mutator.mutate(plain))
  const bytes = new Uint8Array(BATCH.records + records.length)
  bytes.set(batch.subarray(0, BATCH.records))
  bytes.set(records, BATCH.records)
  bytes[BATCH.attributes + 1] = codec
  return sealed(bytes)
}

/** Every reader of batches, one after the other: what is stored on a disk may be as hostile as what a client sends. */
function readAnyhow(bytes: Uint8Array): void {
  if (bytes[BATCH.magic] === CURRENT_MAGIC) {
    orRecordError(() => {
      for (const header of batchHeaders(bytes)) readRecords(bytes, header, MAX_DECOMPRESSED_BYTES)
    })
    orRecordError(() => downConvert(bytes, 1, MAX_DECOMPRESSED_BYTES))
  } else orRecordError(() => readLegacyBatches(bytes, MAX_DECOMPRESSED_BYTES))
}

/** What is accepted can be read. */
function acceptOrRefuse(bytes: Uint8Array, under: ProduceRules): void {
  const validated = validateProduce(bytes, under)
  if ('errorCode' in validated) return
  for (const { position } of validated.batches) {
    const header = readBatchHeader(validated.bytes, position)
    const records = readRecords(validated.bytes, header, MAX_DECOMPRESSED_BYTES)
    if (records.length !== header.recordCount) throw new Error('a record is missing')
  }
}

function orRecordError(read: () => void): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
  }
}
